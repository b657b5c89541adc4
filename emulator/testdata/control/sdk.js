// The AWS SDK for JavaScript v3 against the control plane. Each line is the name of
// an operation and what came of it, in JSON.
//
//   node sdk.js <endpoint URL>
'use strict';

const iot = require('@aws-sdk/client-iot');

const client = new iot.IoTClient({
  endpoint: process.argv[2],
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  maxAttempts: 1,
});

const print = (name, result) => console.log(name, JSON.stringify(result));

// call does one operation; an error is printed as what programs see of it.
async function call(name, input = {}) {
  try {
    const { $metadata, ...output } = await client.send(new iot[name + 'Command'](input));
    print(name, output);
    return output;
  } catch (error) {
    if (!(error instanceof iot.IoTServiceException)) throw error;
    const { name: exception, message, resourceId, resourceArn, $fault, $metadata } = error;
    print(name, { exception, known: error instanceof (iot[exception] ?? Array), message, resourceId, resourceArn, $fault, status: $metadata.httpStatusCode });
  }
}

async function main() {
  const authorizerFunctionArn = 'arn:aws:lambda:us-east-1:000000000000:function:door';
  const door = { authorizerName: 'door', authorizerFunctionArn, signingDisabled: true, status: 'ACTIVE' };
  await call('CreateAuthorizer', door);
  await call('CreateAuthorizer', door);
  await call('CreateAuthorizer', { ...door, authorizerName: 'no such name' });
  await call('DescribeAuthorizer', { authorizerName: 'gate' });
  const { authorizerDescription } = await call('DescribeAuthorizer', door);
  print('dates', authorizerDescription.creationDate instanceof Date);
  const password = new TextEncoder().encode('wonderland');
  await call('TestInvokeAuthorizer', { ...door, mqttContext: { clientId: 'alice', username: 'alice', password } });
  await call('DescribeEndpoint', { endpointType: 'iot:Data-ATS' });

  const policyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'iot:Connect', Resource: '*' }] });
  await call('CreatePolicy', { policyName: 'pump', policyDocument, tags: [{ Key: 'team', Value: 'pumps' }] });
  const { keyPair, certificatePem, ...certificate } = await client.send(new iot.CreateKeysAndCertificateCommand({ setAsActive: true }));
  const target = certificate.certificateArn;
  await call('AttachPolicy', { policyName: 'pump', target });
  await call('ListAttachedPolicies', { target });
  await call('TestAuthorization', { principal: target, authInfos: [{ actionType: 'CONNECT', resources: ['arn:aws:iot:us-east-1:000000000000:client/a'] }] });
  await call('DeletePolicy', { policyName: 'pump' });
  await call('ListTagsForResource', { resourceArn: 'arn:aws:iot:us-east-1:000000000000:policy/pump' });

  for (const thingName of ['a', 'b', 'c']) await client.send(new iot.CreateThingCommand({ thingName }));
  await call('AttachThingPrincipal', { thingName: 'b', principal: target });
  const names = [];
  for await (const page of iot.paginateListThings({ client, pageSize: 2 }, {})) names.push(page.things.map((t) => t.thingName));
  print('pages', names);
  await call('ListPrincipalThings', { principal: target });
  await call('UpdateThing', { thingName: 'a', expectedVersion: 7 });

  const republish = { topic: 'hot/${topic(2)}', roleArn: 'arn:aws:iam::000000000000:role/rule' };
  const rule = (sql) => ({ ruleName: 'hot', topicRulePayload: { sql, awsIotSqlVersion: '2016-03-23', actions: [{ republish }] } });
  await call('CreateTopicRule', rule("SELECT temp FROM 'rooms/+' WHERE"));
  await call('CreateTopicRule', rule("SELECT temp FROM 'rooms/+' WHERE temp > 30"));
  await call('CreateTopicRule', rule("SELECT temp FROM 'rooms/+' WHERE temp > 30"));
  await call('GetTopicRule', { ruleName: 'hot' });
  await call('ListTopicRules', { topic: 'rooms/+' });
  await call('DeleteTopicRule', { ruleName: 'hot' });
  await call('GetTopicRule', { ruleName: 'hot' });
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});

// Authorizers with the mistakes people make in them, one per export.

const yes = {
  isAuthenticated: true,
  principalId: 'device',
  policyDocuments: [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'iot:*', Resource: '*' }] }],
  disconnectAfterInSeconds: 3600,
  refreshAfterInSeconds: 300,
};
const no = { isAuthenticated: false };

export const good = async () => yes;
export const denies = async () => no;

// D-15, D-16: parts of the event that are not there.
export const mqtt = async (event) => (event.protocolData.mqtt.password ? yes : no);
export const http = async (event) => (event.protocolData.http.queryString ? yes : no);

// D-17, D-18: the password in base64, the user name with what follows it.
export const password = async (event) => (event.protocolData.mqtt.password === 'secret' ? yes : no);
export const username = async (event) => (event.protocolData.mqtt.username === 'me' ? yes : no);

// D-20, D-28: answers that are none.
export const singular = async () => ({ ...yes, policyDocuments: undefined, policyDocument: yes.policyDocuments[0] });
export const apigateway = async () => ({ principalId: 'device', policyDocument: yes.policyDocuments[0] });
export const short = async () => ({ ...yes, disconnectAfterInSeconds: 60 });
export const many = async () => ({ ...yes, policyDocuments: Array(11).fill(yes.policyDocuments[0]) });
export const text = async () => JSON.stringify(JSON.stringify(yes));

// D-21: a cold start that takes too long.
export async function cold() {
  await new Promise((resolve) => setTimeout(resolve, 60_000));
}

// D-27: a break is missing.
export function twice(event, context, callback) {
  switch (event.protocolData.mqtt.username) {
    default:
      callback(null, yes);
    case 'nobody':
      callback(null, no);
  }
}

// An authorizer of the shape in AWS's guide of 2022: callback style, no break,
// so that the right password calls back twice.
exports.handler = function (event, context, callback) {
  var pwd = event.protocolData.mqtt.password;
  var passwd = new Buffer(pwd, 'base64').toString('ascii');
  switch (passwd) {
    case 'test':
      callback(null, answer('Allow'));
    default:
      callback(null, answer('Deny'));
  }
};

var answer = function (effect) {
  var statement = { Action: ['iot:Connect'], Effect: effect, Resource: ['*'] };
  return {
    isAuthenticated: true,
    principalId: 'TEST123',
    policyDocuments: [{ Version: '2012-10-17', Statement: [statement] }],
    disconnectAfterInSeconds: 3600,
    refreshAfterInSeconds: 300,
  };
};

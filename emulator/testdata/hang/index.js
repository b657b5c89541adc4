'use strict';

exports.warm = async () => ({
  isAuthenticated: true,
  principalId: 'warm',
  policyDocuments: [{
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'iot:Connect', Resource: '*' }],
  }],
  disconnectAfterInSeconds: 3600,
  refreshAfterInSeconds: 300,
});

exports.hang = () => {
  console.log('hanging');
  return new Promise(() => setInterval(() => {}, 1000)); // a timer, or Lambda would notice
};

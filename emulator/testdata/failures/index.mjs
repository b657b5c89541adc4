// The functions behind the authorizers of suback.yaml, each by the name of its
// export.

const allow = (Action, Resource) => ({ Effect: 'Allow', Action, Resource: `arn:aws:iot:*:*:${Resource}` });

const yes = {
  isAuthenticated: true,
  principalId: 'device',
  policyDocuments: [{
    Version: '2012-10-17',
    Statement: [
      allow('iot:Connect', 'client/device*'),
      allow('iot:Subscribe', 'topicfilter/open/*'),
      allow(['iot:Publish', 'iot:Receive'], 'topic/open/*'),
    ],
  }],
  disconnectAfterInSeconds: 3600,
  refreshAfterInSeconds: 300,
};

export const good = async () => yes;
export const no = async () => ({ isAuthenticated: false });
export const throws = async () => { throw new Error('no database'); };
export const slow = () => new Promise((resolve) => setTimeout(resolve, 60_000));
export const principal = async () => ({ ...yes, principalId: 'me@example.com' });
export const policies = async () => ({ ...yes, policyDocuments: ['{"Version": "2012-10-17"'] });

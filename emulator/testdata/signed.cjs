// fixtures/clients/device.js, at an address that the signer of AWS's SDK v3 for
// JavaScript has signed. SIGN is JSON:
//
//   endpoint, port, credentials: {accessKeyId, secretAccessKey, sessionToken}
//   region, service   default us-east-1 and iotdevicegateway
//   late              seconds that the clock is behind, default 0
//   signToken         the session token is signed, as the signer does by itself
//   tokenFirst        it is not, and stands before the signature
'use strict';

const crypto = require('node:crypto');
const { SignatureV4 } = require('@smithy/signature-v4');

const { endpoint, port, credentials, region = 'us-east-1', service = 'iotdevicegateway', late = 0, signToken, tokenFirst } = JSON.parse(process.env.SIGN);

class Sha256 {
  constructor(key) { this.hash = key ? crypto.createHmac('sha256', key) : crypto.createHash('sha256'); }
  update(data) { this.hash.update(data); }
  async digest() { return new Uint8Array(this.hash.digest()); }
}

async function address() {
  const { sessionToken, ...keys } = credentials;
  const signer = new SignatureV4({ region, service, sha256: Sha256, credentials: signToken ? credentials : keys });
  const { query } = await signer.presign(
    { method: 'GET', protocol: 'wss:', hostname: endpoint, path: '/mqtt', query: {}, headers: { host: endpoint } },
    { expiresIn: 300, signingDate: new Date(Date.now() - late * 1000) },
  );
  const token = sessionToken ? { 'X-Amz-Security-Token': sessionToken } : {};
  const parameters = Object.entries(tokenFirst ? { ...token, ...query } : { ...query, ...token }).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `wss://${endpoint}:${port}/mqtt?${parameters.join('&')}`;
}

address().then((url) => {
  process.argv.push('--url', url);
  require('../../fixtures/clients/device.js');
});

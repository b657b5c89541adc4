// Records what signers of npm sign, for signers_test.go:
//
//     npm i aws-iot-device-sdk@2 aws-crt@1 aws4@1 @smithy/signature-v4@5 @aws-crypto/sha256-js@5
//     node npm_signers.js > npm.json
const RealDate = Date
const moment = new RealDate('2026-01-02T03:04:05Z')
global.Date = class extends RealDate {
  constructor(...args) { super(...(args.length ? args : [moment])) }
  static now() { return moment.getTime() }
}

const token = 'FwoGZXIvYXdzEA==/+token'
const long = { accessKeyId: 'AKIALOCAL', secretAccessKey: 'secret/of+local' }
const temporary = { accessKeyId: 'ASIALOCAL', secretAccessKey: 'secret/of+session', sessionToken: token }
const host = 'a1b2c3-ats.iot.us-east-1.amazonaws.com'
const vectors = []
const add = (name, service, method, url, headers = [], body = '') => vectors.push({ name, service, method, url, headers, body })

const { prepareWebSocketUrl } = require('aws-iot-device-sdk').device
add('aws-iot-device-sdk: WebSocket', 'iotdevicegateway', 'GET', prepareWebSocketUrl({ host, region: 'us-east-1' }, long.accessKeyId, long.secretAccessKey))
add('aws-iot-device-sdk: with a token', 'iotdevicegateway', 'GET', prepareWebSocketUrl({ host, region: 'us-east-1' }, temporary.accessKeyId, temporary.secretAccessKey, token))
add('aws-iot-device-sdk: with a port', 'iotdevicegateway', 'GET', prepareWebSocketUrl({ host: 'localhost', port: 8443, region: 'us-east-1' }, long.accessKeyId, long.secretAccessKey))

const ws = require('./node_modules/aws-crt/dist.browser/browser/ws.js')
for (const c of [long, temporary]) {
  const credentials = { aws_access_id: c.accessKeyId, aws_secret_key: c.secretAccessKey, aws_sts_token: c.sessionToken, aws_region: 'us-east-1' }
  add('aws-crt in a browser: ' + c.accessKeyId, 'iotdevicegateway', 'GET',
    ws.create_websocket_url({ host_name: host, port: 443, websocket: {}, credentials_provider: { getCredentials: () => credentials } }))
}

const aws4 = require('aws4')
const flat = (o) => Object.entries(o).map(([k, v]) => [k, String(v)])
{
  const r = aws4.sign({ service: 'iotdevicegateway', region: 'us-east-1', host, path: '/mqtt', signQuery: true }, long)
  add('aws4: WebSocket', 'iotdevicegateway', 'GET', 'wss://' + host + r.path)
  const p = aws4.sign({ service: 'iotdata', region: 'us-east-1', host, method: 'POST', path: '/topics/a%2Fb?qos=1', body: 'hello' }, temporary)
  add('aws4: publish', 'iotdata', 'POST', 'https://' + host + p.path, flat(p.headers), 'hello')
}

const { SignatureV4 } = require('@smithy/signature-v4')
const { Sha256 } = require('@aws-crypto/sha256-js')
const signer = (service, credentials) => new SignatureV4({ service, region: 'us-east-1', credentials, sha256: Sha256 })
async function smithy() {
  const request = (method, path, query = {}, body) => ({ method, protocol: 'https:', hostname: host, path, query, headers: { host }, body })
  const search = (q) => Object.entries(q).map(([k, v]) => encodeURIComponent(k) + '=' + encodeURIComponent(v)).join('&')
  const presigned = await signer('iotdevicegateway', long).presign(request('GET', '/mqtt'), { signingDate: moment })
  add('@smithy/signature-v4: WebSocket', 'iotdevicegateway', 'GET', 'wss://' + host + '/mqtt?' + search(presigned.query))
  const signed = await signer('iotdata', temporary).sign(request('POST', '/topics/a%2Fb', { qos: '1', retain: 'true' }, 'hello'), { signingDate: moment })
  add('@smithy/signature-v4: publish', 'iotdata', 'POST', 'https://' + host + '/topics/a%2Fb?' + search(signed.query), flat(signed.headers), 'hello')
}
smithy().then(() => console.log(JSON.stringify(vectors, null, 1)))

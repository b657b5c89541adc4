// A presigned URL (SigV4), as devices with AWS keys connect by. The keys are the form's alone.

const bytes = (text) => new TextEncoder().encode(text);
const hex = (buffer) => [...new Uint8Array(buffer)].map((b) => b.toString(16).padStart(2, '0')).join('');
const digest = async (text) => hex(await crypto.subtle.digest('SHA-256', bytes(text)));

async function mac(key, text) {
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return crypto.subtle.sign('HMAC', imported, bytes(text));
}

// encoded is percent-encoding as AWS has it, which encodes more than a browser.
const encoded = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (c) =>
  `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

// presigned signs the URL of a WebSocket for the device gateway, which wants a session token
// behind the signature, unsigned.
export async function presigned(url, { id, secret, token, region }) {
  if (!crypto.subtle) throw new Error('a browser signs on pages of localhost or by HTTPS alone');
  const now = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `${now.slice(0, 8)}/${region}/iotdevicegateway/aws4_request`;
  const query = Object.entries({ 'X-Amz-Algorithm': 'AWS4-HMAC-SHA256', 'X-Amz-Credential': `${id}/${scope}`,
    'X-Amz-Date': now, 'X-Amz-Expires': '300', 'X-Amz-SignedHeaders': 'host' })
    .map(([name, value]) => `${name}=${encoded(value)}`).join('&');
  const request = ['GET', url.pathname, query, `host:${url.host}`, '', 'host', await digest('')].join('\n');
  let key = bytes(`AWS4${secret}`);
  for (const part of scope.split('/')) key = await mac(key, part);
  const toSign = ['AWS4-HMAC-SHA256', now, scope, await digest(request)].join('\n');
  url.search = `${query}&X-Amz-Signature=${hex(await mac(key, toSign))}` +
    (token ? `&X-Amz-Security-Token=${encoded(token)}` : '');
  return url;
}

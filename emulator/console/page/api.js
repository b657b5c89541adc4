// What the page asks of the gateway: always of its own origin, and of the account
// that its address names.

export const account = new URLSearchParams(location.search).get('account');

// address is the URL of a path of this gateway. The page may be at
// /_suback/accounts/<name>/ too, so paths are relative to it.
export function address(path, params = {}) {
  const url = new URL(path, document.baseURI);
  if (account !== null) url.searchParams.set('account', account);
  for (const [name, value] of Object.entries(params)) {
    if (value !== '' && value !== undefined && value !== null) url.searchParams.set(name, value);
  }
  return url;
}

// webSocket is where a device connects.
export function webSocket(params) {
  const path = account ? `_suback/accounts/${encodeURIComponent(account)}/mqtt` : 'mqtt';
  const url = new URL(path, document.baseURI);
  url.protocol = url.protocol.replace('http', 'ws');
  for (const [name, value] of params) if (value) url.searchParams.append(name, value);
  return url;
}

// ask returns the JSON that a path answers, or null and why not.
export async function ask(path, params, body) {
  const request = body === undefined ? { cache: 'no-store' }
    : { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
  try {
    const answer = await fetch(address(path, params), request);
    const text = await answer.text();
    let data = null;
    try { data = JSON.parse(text); } catch { /* told below */ }
    if (answer.ok && data !== null) return { data, status: answer.status };
    const problem = data?.message || `${answer.status} ${answer.statusText}`;
    return { data: null, status: answer.status, problem };
  } catch {
    return { data: null, status: 0, problem: 'the gateway does not answer' };
  }
}

// lines reads JSON lines; null if there is no such path.
export async function lines(path, params) {
  try {
    const answer = await fetch(address(path, params), { cache: 'no-store' });
    if (!answer.ok) return answer.status === 404 ? null : [];
    return (await answer.text()).split('\n').filter(Boolean).map((line) => JSON.parse(line));
  } catch {
    return [];
  }
}

// firstLine reads the first of them and no more.
export async function firstLine(path, params) {
  const stop = new AbortController();
  try {
    const answer = await fetch(address(path, params), { signal: stop.signal, cache: 'no-store' });
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (let done = false; !done && !text.includes('\n');) {
      const chunk = await reader.read();
      done = chunk.done;
      text += chunk.value || '';
    }
    return JSON.parse(text.split('\n')[0]);
  } catch {
    return null;
  } finally {
    stop.abort();
  }
}

// every calls a function at once and then each time when `seconds` have passed since it
// ended, while the page is seen. It returns how to end that.
export function every(seconds, call) {
  let timer, over = false;
  const run = async () => {
    clearTimeout(timer);
    const start = performance.now();
    if (!document.hidden) await call();
    const took = performance.now() - start; // whatever is asked, most of the time is left to others
    if (!over) timer = setTimeout(run, Math.max(seconds * 1000, took * 5));
  };
  const seen = () => { if (!document.hidden) run(); };
  document.addEventListener('visibilitychange', seen);
  run();
  return () => {
    over = true;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', seen);
  };
}

// copy puts a text into the clipboard, also where the page is not "secure" and has none.
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}

export const timeOf = (text) => {
  const t = new Date(text), digits = (n, wanted) => String(n).padStart(wanted, '0');
  const [h, m, s] = [t.getHours(), t.getMinutes(), t.getSeconds()].map((n) => digits(n, 2));
  return `${h}:${m}:${s}.${digits(t.getMilliseconds(), 3)}`;
};

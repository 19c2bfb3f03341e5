// Stands where CloudFront stands: runs the edge function as synthesised on each request, and sends
// the request on to the Function URL that it has chosen, signed as an origin access control does it.
//
// In, by lines of JSON:
//   {"code", "origin", "connectMillis", "readMillis", "attempts", "newKeys"}  begins; origin is the
//     distribution's own, a region; newKeys gives each request another idempotency key
//   {"urls": {region: url}}    where the Function URLs of the regions are on this machine
//   {"store": {key: value}}    what the key value store holds here from now on
// Out: {"port"} once it listens
import { createHash, createHmac, randomUUID } from 'node:crypto';
import { createServer, request as httpRequest, Agent } from 'node:http';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const require = createRequire(import.meta.url);
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const EMPTY = createHash('sha256').update('').digest('hex');
const NOT_PASSED_ON = new Set(['host', 'connection', 'transfer-encoding', 'keep-alive', 'expect']);

let settings;
let edge;
let urls = {};
let store = {};

// The part of the runtime that the function uses. Requests do not wait for each other in it: the
// origin that it sets belongs to the event which it was given.
function edgeFunction(code) {
  const body = code.replace(/^import cf from 'cloudfront';$/m, '');
  if (body === code) {
    throw new Error('the edge function does not begin as it did');
  }
  const make = new Function('cf', 'require', `${body}\nreturn handler;`);
  return async (event) => {
    const chosen = {};
    const cf = {
      kvs: () => ({
        get: async (key) => {
          if (!(key in store)) {
            throw new Error('KeyNotFound');
          }
          return store[key];
        },
        exists: async (key) => key in store,
      }),
      updateRequestOrigin: (origin) => Object.assign(chosen, origin),
    };
    const result = await make(cf, require)(event);
    return { result, origin: chosen.domainName };
  };
}

function eventOf(incoming) {
  const url = new URL(incoming.url, 'http://localhost');
  const querystring = {};
  for (const [name, value] of url.searchParams) {
    querystring[name] = { value };
  }
  const headers = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    headers[name] = { value: Array.isArray(value) ? value.join(',') : value };
  }
  return {
    version: '1.0',
    context: { eventType: 'viewer-request', requestId: randomUUID() },
    viewer: { ip: '127.0.0.1' },
    request: { method: incoming.method, uri: url.pathname, querystring, headers, cookies: {} },
  };
}

function regionOf(domainName) {
  const found = /^[a-z0-9]+\.lambda-url\.([a-z0-9-]+)\.on\.aws$/.exec(domainName ?? '');
  return found === null ? settings.origin : found[1];
}

function sign(method, url, region, hash) {
  const date = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
  const scope = `${date.slice(0, 8)}/${region}/lambda/aws4_request`;
  const signed = 'host;x-amz-content-sha256;x-amz-date';
  const query = [...url.searchParams]
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort()
    .join('&');
  const canonical =
    `${method}\n${url.pathname}\n${query}\nhost:${url.host}\nx-amz-content-sha256:${hash}\n` +
    `x-amz-date:${date}\n\n${signed}\n${hash}`;
  const text = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${createHash('sha256').update(canonical).digest('hex')}`;
  const key = [date.slice(0, 8), region, 'lambda', 'aws4_request'].reduce(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    'AWS4cloudfront',
  );
  const signature = createHmac('sha256', key).update(text).digest('hex');
  return {
    'x-amz-date': date,
    'x-amz-content-sha256': hash,
    authorization:
      `AWS4-HMAC-SHA256 Credential=AKIACLOUDFRONT/${scope}, ` +
      `SignedHeaders=${signed}, Signature=${signature}`,
  };
}

function forward(request, incoming, body, region) {
  const url = new URL(incoming.url, urls[region]);
  const headers = {};
  for (const [name, header] of Object.entries(request.headers)) {
    if (!NOT_PASSED_ON.has(name)) {
      headers[name] = header.value;
    }
  }
  if (settings.newKeys && headers['idempotency-key'] !== undefined) {
    headers['idempotency-key'] = randomUUID();
  }
  const hash = headers['x-amz-content-sha256'] ?? EMPTY;
  Object.assign(headers, sign(request.method, url, region, hash));
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(url, { method: request.method, headers, agent }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => resolve({ answer, body: Buffer.concat(parts) }));
      answer.on('error', reject);
    });
    outgoing.setTimeout(settings.readMillis, () => {
      outgoing.destroy(Object.assign(new Error('too late'), { code: 'ETIMEDOUT' }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function answer(incoming, outgoing, body) {
  const { result, origin } = await edge(eventOf(incoming));
  if (result.statusCode !== undefined) {
    const headers = {};
    for (const [name, header] of Object.entries(result.headers ?? {})) {
      headers[name] = header.value;
    }
    outgoing.writeHead(result.statusCode, headers).end(result.body ?? '');
    return;
  }
  const { answer: from, body: text } = await forward(result, incoming, body, regionOf(origin));
  const headers = { ...from.headers };
  delete headers.connection;
  delete headers['transfer-encoding'];
  delete headers['keep-alive'];
  headers['content-length'] = text.length;
  outgoing.writeHead(from.statusCode, headers).end(text);
}

const server = createServer((incoming, outgoing) => {
  const parts = [];
  incoming.on('data', (part) => parts.push(part));
  incoming.on('error', () => outgoing.destroy());
  incoming.on('end', () => {
    answer(incoming, outgoing, Buffer.concat(parts)).catch((error) => {
      const status = error.code === 'ETIMEDOUT' ? 504 : 502;
      outgoing.writeHead(status, { 'content-type': 'text/html', 'x-cache': 'Error from cloudfront' });
      outgoing.end(`<html><body>${status}</body></html>`);
    });
  });
});
server.keepAliveTimeout = 60_000;

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const message = JSON.parse(line);
  if (message.code !== undefined) {
    settings = message;
    edge = edgeFunction(message.code);
    server.listen(0, '127.0.0.1', () => {
      process.stdout.write(`${JSON.stringify({ port: server.address().port })}\n`);
    });
  } else if (message.urls !== undefined) {
    urls = message.urls;
  } else if (message.store !== undefined) {
    store = message.store;
  }
});
// Who started it has ended.
lines.on('close', () => process.exit(0));

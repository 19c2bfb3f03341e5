import cf from 'cloudfront';

// Runs in CloudFront Functions, runtime 2.0, on each request. It lets callers in by their tokens
// and sends the request to the Function URL of the region that is active.
//
// Keys of the store:
//   active            the region that takes payments
//   origin.<region>   the host name of that region's Function URL
//   caller.<kid>      a secret that tokens are signed with: base64url of 32 bytes or more
const crypto = require('crypto');

// Filled in when the stack is synthesised.
const REGIONS = '%REGIONS%'.split(',');
const BEARER_TOKENS = '%ACCESS%' === 'bearerTokens';
const OPEN_PATH = '%OPEN_PATH%';

const MAX_TOKEN_LENGTH = 2048;
const LEEWAY_SECONDS = 30;

// Callers make tokens themselves, as many as they like; one that got lost is soon worth nothing.
const MAX_LIFETIME_SECONDS = 3600;

const TOKEN = /^Bearer ([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{43})$/i;
const KID = /^[A-Za-z0-9_-]{1,64}$/;
const SUBJECT = /^[A-Za-z0-9._:@\/-]{1,128}$/;
const SECRET = /^[A-Za-z0-9_-]{43,}$/;
const SHA256 = /^[0-9a-f]{64}$/;
const METHODS_WITH_BODY = ['POST', 'PUT', 'PATCH'];

async function handler(event) {
  const request = event.request;
  const store = storeOf();
  // Only this function says who calls; what a client claims is dropped.
  delete request.headers['x-caller'];
  if (BEARER_TOKENS && !isOpen(request)) {
    let caller;
    try {
      caller = await callerOf(request, store);
    } catch (e) {
      // Whether the key is unknown or cannot be read is not the same: a client must not throw a
      // good token away.
      console.log('caller keys cannot be read');
      return problem(503, 'Service Unavailable', 'Callers cannot be checked at the moment.', {
        'retry-after': { value: '1' },
      });
    }
    if (!caller) {
      return problem(401, 'Unauthorized', 'A valid bearer token is needed.', {
        'www-authenticate': { value: 'Bearer' },
      });
    }
    request.headers['x-caller'] = { value: caller };
  }
  const fault = hashFault(request);
  if (fault) {
    return problem(400, 'Bad Request', fault, {});
  }
  // CloudFront signs the request for the Function URL and puts its signature here.
  delete request.headers.authorization;
  const origin = await activeOrigin(store);
  if (origin) {
    cf.updateRequestOrigin(origin);
  }
  return request;
}

function storeOf() {
  try {
    return cf.kvs();
  } catch (e) {
    return null;
  }
}

function isOpen(request) {
  return (
    OPEN_PATH !== '' &&
    request.uri === OPEN_PATH &&
    (request.method === 'GET' || request.method === 'HEAD') &&
    Object.keys(request.querystring).length === 0
  );
}

// Returns who the token names, null when it is none of ours; throws when keys cannot be read.
async function callerOf(request, store) {
  const text = single(request.headers.authorization);
  if (text === null || text.length > MAX_TOKEN_LENGTH) {
    return null;
  }
  const parts = TOKEN.exec(text);
  if (parts === null) {
    return null;
  }
  const header = json(parts[1]);
  // The algorithm is ours to say, not the token's; "crit" asks for what is not known here.
  if (header === null || header.alg !== 'HS256' || header.crit !== undefined) {
    return null;
  }
  if (typeof header.kid !== 'string' || !KID.test(header.kid)) {
    return null;
  }
  const secret = await secretOf(store, header.kid);
  if (secret === null) {
    return null;
  }
  const signature = crypto
    .createHmac('sha256', Buffer.from(secret, 'base64url'))
    .update(parts[1] + '.' + parts[2])
    .digest('base64url');
  if (!sameText(signature, parts[3])) {
    return null;
  }
  const claims = json(parts[2]);
  return claims !== null && isCurrent(claims) && isSubject(claims.sub) ? claims.sub : null;
}

async function secretOf(store, kid) {
  const key = 'caller.' + kid;
  let secret;
  try {
    secret = await store.get(key);
  } catch (e) {
    if (await store.exists(key)) {
      throw e;
    }
    return null;
  }
  if (!SECRET.test(secret)) {
    console.log('the secret of ' + key + ' is not base64url of 32 bytes or more');
    return null;
  }
  return secret;
}

function isCurrent(claims) {
  const now = Math.floor(Date.now() / 1000);
  return (
    isTime(claims.exp) &&
    now < claims.exp + LEEWAY_SECONDS &&
    claims.exp <= now + MAX_LIFETIME_SECONDS + LEEWAY_SECONDS &&
    isPast(claims.nbf, now) &&
    isPast(claims.iat, now)
  );
}

function isPast(time, now) {
  return time === undefined || (isTime(time) && time <= now + LEEWAY_SECONDS);
}

function isTime(value) {
  return typeof value === 'number' && isFinite(value);
}

function isSubject(value) {
  return typeof value === 'string' && SUBJECT.test(value);
}

// Takes as long whether the first or the last character differs.
function sameText(a, b) {
  if (a.length !== b.length) {
    return false;
  }
  let difference = 0;
  for (let i = 0; i < a.length; i++) {
    difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  }
  return difference === 0;
}

function json(part) {
  let value;
  try {
    value = JSON.parse(Buffer.from(part, 'base64url').toString());
  } catch (e) {
    return null;
  }
  return typeof value === 'object' && !Array.isArray(value) ? value : null;
}

// A header that is sent twice is one that two parties may read differently.
function single(header) {
  if (!header || typeof header.value !== 'string') {
    return null;
  }
  return header.multiValue && header.multiValue.length !== 1 ? null : header.value;
}

// The body is not seen here; its hash is part of the signature, and Lambda compares the two.
function hashFault(request) {
  const header = request.headers['x-amz-content-sha256'];
  if (!header && !hasBody(request)) {
    return null;
  }
  const hash = single(header);
  return hash !== null && SHA256.test(hash)
    ? null
    : 'Send the header x-amz-content-sha256 once: the SHA-256 of the body, 64 lower-case' +
        ' hexadecimal digits.';
}

function hasBody(request) {
  const length = request.headers['content-length'];
  return (
    METHODS_WITH_BODY.includes(request.method) ||
    (length !== undefined && length.value !== '0') ||
    request.headers['transfer-encoding'] !== undefined
  );
}

// Null leaves the request with the distribution's own origin, the primary region. That is safe
// whatever the reason: a region that is not active refuses payments by itself.
async function activeOrigin(store) {
  try {
    const region = await store.get('active');
    if (region === REGIONS[0] || !REGIONS.includes(region)) {
      return null;
    }
    const host = await store.get('origin.' + region);
    return isFunctionUrlIn(region, host) ? originOf(host) : null;
  } catch (e) {
    console.log('the active region cannot be read');
    return null;
  }
}

function isFunctionUrlIn(region, host) {
  const dot = host.indexOf('.');
  return (
    /^[a-z0-9]+$/.test(host.substring(0, dot)) &&
    host.substring(dot) === '.lambda-url.' + region + '.on.aws'
  );
}

// What is left out is as in the distribution's own origin: time limits, TLS, attempts.
function originOf(host) {
  return {
    domainName: host,
    originAccessControlConfig: {
      enabled: true,
      signingBehavior: 'always',
      signingProtocol: 'sigv4',
      originType: 'lambda',
    },
  };
}

function problem(status, title, detail, headers) {
  headers['content-type'] = { value: 'application/problem+json' };
  headers['cache-control'] = { value: 'no-store' };
  headers['strict-transport-security'] = { value: 'max-age=31536000' };
  headers['x-content-type-options'] = { value: 'nosniff' };
  return {
    statusCode: status,
    statusDescription: title,
    headers: headers,
    body: JSON.stringify({ type: 'about:blank', title: title, status: status, detail: detail }),
  };
}

// Runs the edge function the way CloudFront Functions does: only the globals and modules that
// runtime 2.0 documents, and the module "cloudfront" with a store that can be empty or fail.
// Each line of the input is {source, calls: [{request, store, unreadable, now}]}; each line of the
// output is what became of the calls.
const vm = require('vm');
const readline = require('readline');

const GLOBALS = [
  'Array', 'ArrayBuffer', 'Boolean', 'DataView', 'Date', 'Error', 'EvalError', 'Float32Array',
  'Float64Array', 'Function', 'Infinity', 'Int16Array', 'Int32Array', 'Int8Array', 'JSON', 'Math',
  'NaN', 'Number', 'Object', 'Promise', 'RangeError', 'ReferenceError', 'RegExp', 'String',
  'Symbol', 'SyntaxError', 'TypeError', 'URIError', 'Uint16Array', 'Uint32Array', 'Uint8Array',
  'Uint8ClampedArray', 'decodeURI', 'decodeURIComponent', 'encodeURI', 'encodeURIComponent',
  'globalThis', 'isFinite', 'isNaN', 'parseFloat', 'parseInt', 'undefined',
];
const MODULES = ['crypto', 'buffer', 'querystring'];
const IMPORT = "import cf from 'cloudfront';\n";

const PREPARE = `
  (function (allowed) {
    Date.now = clock;
    Object.getOwnPropertyNames(globalThis)
      .filter((name) => !allowed.includes(name))
      .forEach((name) => delete globalThis[name]);
  })(allowed);
`;

let call;
let outcome;

function storeOf(call) {
  const has = (key) => Object.prototype.hasOwnProperty.call(call.store, key);
  const isUnreadable = (key) => call.unreadable === '*' || call.unreadable === key;
  return {
    get: async (key, options) => {
      if (isUnreadable(key)) throw new Error('KVSError');
      if (!has(key)) throw new Error('KeyNotFound');
      return options && options.format === 'json' ? JSON.parse(call.store[key]) : call.store[key];
    },
    exists: async (key) => {
      if (call.unreadable === '*') throw new Error('KVSError');
      return has(key);
    },
  };
}

const cf = {
  kvs: () => {
    if (call.unreadable === 'kvs') throw new Error('KVSNamespaceNotFound');
    return storeOf(call);
  },
  updateRequestOrigin: (origin) => {
    outcome.origin = JSON.parse(JSON.stringify(origin));
  },
};

function load(source) {
  if (!source.startsWith(IMPORT)) throw new Error('the first line must be ' + IMPORT);
  const context = vm.createContext({
    cf,
    Buffer,
    console: { log: (text) => outcome.logs.push(String(text)) },
    require: (name) => {
      if (!MODULES.includes(name)) throw new Error('there is no module ' + name);
      return require(name);
    },
    clock: () => call.now,
  });
  context.allowed = GLOBALS.concat(['cf', 'Buffer', 'console', 'require']);
  vm.runInContext(PREPARE, context);
  const code = "'use strict';" + source.substring(IMPORT.length) + '\nhandler;';
  return vm.runInContext(code, context, { filename: 'endpoint.js' });
}

async function run(handler, one) {
  call = one;
  outcome = { logs: [], origin: null };
  try {
    outcome.result = await handler({ version: '1.0', request: one.request });
  } catch (e) {
    outcome.error = String(e);
  }
  return outcome;
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const input = JSON.parse(line);
    const handler = load(input.source);
    const outcomes = [];
    for (const one of input.calls) outcomes.push(await run(handler, one));
    process.stdout.write(JSON.stringify(outcomes) + '\n');
  }
}

main();

// What stands between the states language as AWS runs it and the interpreter as it is.
import aslValidator from 'asl-validator';
import { JSONPath } from 'jsonpath-plus';

/** The members of a state that the interpreter does what AWS does with. */
const MEMBERS = {
  Task: ['Resource', 'Parameters', 'ResultSelector', 'TimeoutSeconds', 'Retry', 'Catch'],
  Pass: ['Parameters', 'Result'],
  Wait: ['Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath'],
  Choice: ['Choices', 'Default'],
  Succeed: [],
  Fail: ['Error', 'ErrorPath', 'Cause', 'CausePath'],
};
const COMMON = ['Type', 'Comment', 'InputPath', 'OutputPath', 'ResultPath', 'Next', 'End'];

const INTRINSICS = [
  'States.StringToJson',
  'States.JsonToString',
  'States.JsonMerge',
  'States.Format',
  'States.MathAdd',
];

/** A day: AWS's own default is three years, the interpreter's is a minute. */
const NO_LIMIT = 86_400;

/** Validation takes longer than most executions; what was validated once is remembered. */
const adaptations = new Map();

/**
 * Makes of a definition what the interpreter runs as AWS would, with its times scaled. Throws when
 * the definition is not valid, or has what the interpreter would silently leave out.
 *
 * @param definition the definition, with all ARNs filled in
 * @param scale waitFactor for waits, retryFactor for the pauses before retries, timeoutFactor for time limits,
 *     timestampFactor for what is left until a timestamp
 */
export function adapt(definition, scale) {
  const key = JSON.stringify([definition, scale]);
  if (!adaptations.has(key)) {
    adaptations.set(key, newlyAdapted(definition, scale));
  }
  return structuredClone(adaptations.get(key));
}

function newlyAdapted(definition, scale) {
  // A copy, because the validator fills defaults in.
  const { isValid, errorsText } = aslValidator(structuredClone(definition), {
    checkArn: true,
    checkPaths: true,
  });
  if (!isValid) {
    throw new Error(`the definition is not valid: ${errorsText('; ')}`);
  }
  if ((definition.QueryLanguage ?? 'JSONPath') !== 'JSONPath') {
    throw new Error(`the interpreter ignores ${definition.QueryLanguage}; write JSONPath`);
  }
  const adapted = structuredClone(definition);
  if (adapted.TimeoutSeconds !== undefined) {
    adapted.TimeoutSeconds *= scale.timeoutFactor;
  }
  for (const [name, state] of Object.entries(adapted.States)) {
    check(name, state);
    unescape(state.Parameters);
    unescape(state.ResultSelector);
    scaleState(state, scale);
    (state.Choices ?? []).forEach(positive);
  }
  return adapted;
}

/** How long a wait state waits, in milliseconds. */
export function waitMillis(state, input, context, scale, now) {
  if (state.TimestampPath !== undefined || state.Timestamp !== undefined) {
    const text = state.Timestamp ?? query(state.TimestampPath, input, context);
    const end = typeof text === 'string' ? Date.parse(text) : NaN;
    if (Number.isNaN(end)) {
      throw runtimeError(`${state.TimestampPath} is not a timestamp: ${JSON.stringify(text)}`);
    }
    return Math.max(0, (end - now) * scale.timestampFactor);
  }
  const seconds = state.Seconds ?? query(state.SecondsPath, input, context);
  if (!Number.isInteger(seconds) || seconds < 0) {
    throw runtimeError(`${state.SecondsPath} is not a number of seconds: ${JSON.stringify(seconds)}`);
  }
  return seconds * 1000 * scale.waitFactor;
}

/** An error that no Retry and no Catch sees, as States.Runtime is. */
function runtimeError(message) {
  const error = new Error(message);
  error.name = 'States.Runtime';
  error.isRetryable = false;
  error.isCatchable = false;
  return error;
}

function query(path, input, context) {
  return path.startsWith('$$')
    ? JSONPath({ path: path.slice(1), json: context, wrap: false })
    : JSONPath({ path, json: input, wrap: false });
}

function check(name, state) {
  const known = MEMBERS[state.Type];
  if (known === undefined) {
    throw new Error(`${name}: the runner knows no state of type ${state.Type}`);
  }
  for (const member of Object.keys(state)) {
    if (member === 'QueryLanguage' && state[member] === 'JSONPath') {
      continue;
    }
    if (!COMMON.includes(member) && !known.includes(member)) {
      throw new Error(`${name}: the interpreter ignores ${member}`);
    }
  }
  checkIntrinsics(name, [state.Parameters, state.ResultSelector]);
}

function checkIntrinsics(name, value) {
  if (value === null || typeof value !== 'object') {
    return;
  }
  for (const [key, member] of Object.entries(value)) {
    if (typeof member === 'string' && key.endsWith('.$')) {
      for (const [intrinsic] of member.matchAll(/States\.\w+/g)) {
        if (!INTRINSICS.includes(intrinsic)) {
          throw new Error(`${name}: ${intrinsic} is not checked against AWS`);
        }
      }
    }
    checkIntrinsics(name, member);
  }
}

/**
 * In a text within an intrinsic function, AWS wants braces and backslashes escaped. The interpreter
 * takes the escapes off results that are texts, and not off the text that StringToJson is given.
 */
function unescape(value) {
  if (value === null || typeof value !== 'object') {
    return;
  }
  for (const [key, member] of Object.entries(value)) {
    if (typeof member === 'string' && key.endsWith('.$')) {
      value[key] = member.replace(
        /States\.StringToJson\('((?:[^'\\]|\\.)*)'\)/g,
        (all, text) => `States.StringToJson('${text.replace(/\\([{}\\])/g, '$1')}')`,
      );
    }
    unescape(member);
  }
}

function scaleState(state, scale) {
  if (state.Type === 'Task') {
    state.TimeoutSeconds = (state.TimeoutSeconds ?? NO_LIMIT) * scale.timeoutFactor;
  }
  for (const retrier of state.Retry ?? []) {
    retrier.IntervalSeconds = (retrier.IntervalSeconds ?? 1) * scale.retryFactor;
    if (retrier.MaxDelaySeconds !== undefined) {
      retrier.MaxDelaySeconds *= scale.retryFactor;
    }
  }
}

/** The interpreter never takes a rule that asks for absence, like IsPresent: false. */
function positive(rule) {
  for (const nested of [...(rule.And ?? []), ...(rule.Or ?? []), ...(rule.Not ? [rule.Not] : [])]) {
    positive(nested);
  }
  for (const test of ['IsPresent', 'IsNull', 'IsNumeric', 'IsString', 'IsBoolean', 'IsTimestamp']) {
    if (rule[test] === false) {
      rule.Not = { Variable: rule.Variable, [test]: true };
      delete rule.Variable;
      delete rule[test];
    }
  }
}

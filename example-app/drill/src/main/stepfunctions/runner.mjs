// Executes state machines for the process that started it, by lines of JSON.
//
// In:  {"start": id, "definition", "input", "context", "scale"}  begins an execution
//      {"answer": call, "result"} or {"answer": call, "error", "cause"}  ends a task
//      {"stop": id}  stops an execution, as StopExecution does
// Out: {"id", "event": "entered" | "exited" | "failed" | "retried" | "caught", "state", "at", ...}
//      {"id", "call", "state", "resource", "parameters"}  a task is to be done
//      {"id", "end": "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED", "output" | "error", "cause"}
//      {"id", "invalid": message}  the definition is refused
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

import { adapt, waitMillis } from './language.mjs';

// The interpreter wants Node 22 for this one function.
Promise.withResolvers ??= function withResolvers() {
  let resolve;
  let reject;
  const promise = new Promise((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
};
const { StateMachine } = await import('aws-local-stepfunctions');

const EVENTS = {
  StateEntered: 'entered',
  StateExited: 'exited',
  StateFailed: 'failed',
  StateRetried: 'retried',
  StateCaught: 'caught',
};

const executions = new Map();
const calls = new Map();
let lastCall = 0;

function say(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function start({ start: id, definition, input, context, scale }) {
  let adapted;
  try {
    adapted = adapt(definition, scale);
  } catch (error) {
    say({ id, invalid: error.message });
    return;
  }
  const state = { Name: '', EnteredTime: '', RetryCount: 0 };
  const fullContext = { ...context, State: state };
  const handlers = {};
  for (const [name, definitionOfState] of Object.entries(adapted.States)) {
    if (definitionOfState.Type === 'Task') {
      handlers[name] = (parameters) => perform(id, name, definitionOfState.Resource, parameters);
    } else if (definitionOfState.Type === 'Wait') {
      // A task, because only tasks are told their input.
      const wait = structuredClone(definitionOfState);
      handlers[name] = async (waitInput) => {
        await sleep(waitMillis(wait, waitInput, fullContext, scale, Date.now()));
        return waitInput;
      };
      for (const member of ['Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath']) {
        delete definitionOfState[member];
      }
      Object.assign(definitionOfState, { Type: 'Task', TimeoutSeconds: 86_400 });
    }
  }
  // The interpreter looks a state up exactly when it enters it.
  adapted.States = new Proxy(adapted.States, {
    get(states, name) {
      if (name in states) {
        Object.assign(state, { Name: name, EnteredTime: new Date().toISOString(), RetryCount: 0 });
      }
      return states[name];
    },
  });
  const execution = new StateMachine(adapted, { validationOptions: { noValidate: true } }).run(
    input,
    { context: fullContext, overrides: { taskResourceLocalHandlers: handlers } },
  );
  executions.set(id, execution);
  follow(id, execution, state);
}

async function follow(id, execution, state) {
  const told = tell(id, execution.eventLogs, state);
  const end = await execution.result.then(
    (output) => ({ end: 'SUCCEEDED', output }),
    (error) => {
      if (error.name === 'ExecutionAbortedError') {
        return { end: 'ABORTED' };
      }
      if (error.name === 'ExecutionTimeoutError') {
        return { end: 'TIMED_OUT', error: 'States.Timeout' };
      }
      const cause = error.cause ?? error;
      return { end: 'FAILED', error: cause.name, cause: cause.message };
    },
  );
  await Promise.race([told, sleep(1000)]);
  executions.delete(id);
  say({ id, at: Date.now(), ...end });
}

async function tell(id, events, state) {
  for await (const event of events) {
    const name = EVENTS[event.type];
    if (name === undefined) {
      continue;
    }
    const line = { id, event: name, state: event.state.name, at: event.timestamp };
    if (name === 'entered') {
      line.input = event.state.input;
    } else if (name === 'exited') {
      line.output = event.state.output;
    } else if (name === 'failed') {
      line.error = event.Error;
      line.cause = String(event.Cause);
    } else if (name === 'retried') {
      line.attempt = event.retry.attempt;
      state.RetryCount++;
    } else if (name === 'caught') {
      line.next = event.catch.catcher.Next;
    }
    say(line);
  }
}

function perform(id, state, resource, parameters) {
  const call = ++lastCall;
  const { promise, resolve, reject } = Promise.withResolvers();
  calls.set(call, { resolve, reject });
  say({ id, call, state, resource, parameters });
  return promise;
}

function answer({ answer: call, result, error, cause }) {
  const waiting = calls.get(call);
  calls.delete(call);
  if (error === undefined) {
    waiting.resolve(result);
  } else {
    waiting.reject(Object.assign(new Error(cause ?? ''), { name: error }));
  }
}

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const message = JSON.parse(line);
  if (message.start !== undefined) {
    start(message);
  } else if (message.answer !== undefined) {
    answer(message);
  } else if (message.stop !== undefined) {
    executions.get(message.stop)?.abort();
  }
});
// Who started it has ended.
lines.on('close', () => process.exit(0));

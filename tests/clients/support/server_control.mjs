// Where the server is that `tests/clients/run` has started, how to command it (the verbs: harness/server.py), and how to
// wait for what the server does in its own time.

import assert from 'node:assert/strict';
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export const host = process.env.LARDER_HOST;
export const port = Number(process.env.LARDER_PORT);
export const password = process.env.LARDER_PASSWORD;
export const socketPath = process.env.LARDER_SOCKET;

const CONTROL_LIMIT_MS = 60_000;
const WAIT_LIMIT_MS = 10_000;

/// stop | start [ARGS...] | restart [ARGS...] | freeze | thaw; resolves when it is done, rejects when it failed.
export async function serverControl(command) {
  const answer = await new Promise((resolve, reject) => {
    const connection = net.connect(Number(process.env.LARDER_CONTROL_PORT), '127.0.0.1');
    let received = '';
    connection.setEncoding('utf8').setTimeout(CONTROL_LIMIT_MS, () => connection.destroy(new Error('no answer')));
    connection.on('connect', () => connection.write(`${command}\n`));
    connection.on('data', (chunk) => {
      received += chunk;
      if (received.endsWith('\n')) connection.end(() => resolve(received.trim()));
    });
    connection.on('error', reject);
  });
  assert.equal(answer, 'ok', `${command}: ${answer}`);
}

/// Polls until `condition` resolves to something true, which it returns; a bound makes "never" a failure.
export async function eventually(condition) {
  const deadline = Date.now() + WAIT_LIMIT_MS;
  for (;;) {
    const value = await condition();
    if (value) return value;
    assert.ok(Date.now() < deadline, `never came true: ${condition}`);
    await delay(5);
  }
}

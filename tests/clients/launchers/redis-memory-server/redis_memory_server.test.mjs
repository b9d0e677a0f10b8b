// redis-memory-server launches the server binary as its redis-server. It must not download anything: its download folder
// is ours and stays empty, and its mirror is a port at which nobody listens.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import redisMemoryServer from 'redis-memory-server';
import { createClient } from 'redis';

const { RedisMemoryServer } = redisMemoryServer;
const downloads = fs.mkdtempSync(path.join(os.tmpdir(), 'larder-clients-'));
const servers = [];

before(() => {
  process.env.REDISMS_SYSTEM_BINARY = process.env.LARDER_BIN;
  process.env.REDISMS_DOWNLOAD_DIR = downloads;
  process.env.REDISMS_DOWNLOAD_MIRROR = 'http://127.0.0.1:1';
});

after(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  fs.rmSync(downloads, { recursive: true });
});

async function launch(instance = {}) {
  const server = await RedisMemoryServer.create({ instance });
  servers.push(server);
  return server;
}

async function withClient(server, options, use) {
  const socket = { host: await server.getHost(), port: await server.getPort() };
  const client = await createClient({ socket, ...options }).connect();
  try {
    return await use(client);
  } finally {
    client.destroy();
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('the binary is ours and nothing was downloaded', async () => {
  const server = await launch();
  const { childProcess } = (await server.ensureInstance()).instance;
  assert.equal(fs.realpathSync(childProcess.spawnfile), fs.realpathSync(process.env.LARDER_BIN));
  assert.deepEqual(fs.readdirSync(downloads), []);
});

test('it serves', async () => {
  const server = await launch();
  await withClient(server, {}, async (client) => {
    assert.equal(await client.set('k', 'v', { EX: 60 }), 'OK');
    assert.equal(await client.get('k'), 'v');
    assert.deepEqual(await client.configGet('save'), { save: '' });
    assert.deepEqual(await client.configGet('appendonly'), { appendonly: 'no' });
  });
});

test('two at once do not see each other', async () => {
  const [one, two] = await Promise.all([launch(), launch()]);
  assert.notEqual(await one.getPort(), await two.getPort());
  await withClient(one, {}, (client) => client.set('only', 'one'));
  await withClient(two, {}, async (client) => assert.equal(await client.get('only'), null));
});

test('arguments of the user', async () => {
  const server = await launch({ args: ['--requirepass', 'secret', '--maxmemory', '8mb', '--maxmemory-policy', 'allkeys-lru'] });
  await withClient(server, { password: 'secret' }, async (client) => {
    assert.deepEqual(await client.configGet(['maxmemory', 'maxmemory-policy']), {
      maxmemory: `${8 << 20}`,
      'maxmemory-policy': 'allkeys-lru',
    });
  });
  await assert.rejects(withClient(server, {}, (client) => client.get('k')), /NOAUTH/);
});

test('stop ends the process by itself, without the SIGKILL that comes after ten seconds', async () => {
  const server = await launch();
  const { childProcess } = (await server.ensureInstance()).instance;
  const ended = new Promise((resolve) => childProcess.once('exit', (status, signal) => resolve({ status, signal })));
  assert.equal(await server.stop(), true);
  assert.deepEqual(await ended, { status: 0, signal: null });
  assert.equal(isRunning(childProcess.pid), false);
});

test('a port in use: it takes another one', async () => {
  const first = await launch();
  const second = await launch({ port: await first.getPort() });
  assert.notEqual(await second.getPort(), await first.getPort());
  await withClient(second, {}, async (client) => assert.equal(await client.ping(), 'PONG'));
});

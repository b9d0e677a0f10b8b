// The cache of the magazine: what stands between the routes and the server that speaks Redis' protocol.
//
// Every key has a deadline. A cache that is down or slow is never the caller's problem: reads count as misses, writes and
// invalidations are lost, and the deadline bounds how long an answer can be out of date.

import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from 'redis';

const LOCK_SECONDS = 10;
const POLL_MS = 10;

export class Cache {
  #client;
  #ttl;
  #patienceMs;

  /// url: redis://[:password@]host:port[/database]; ttl in seconds; patienceMs until the cache counts as absent
  constructor(url, { ttl = 60, patienceMs = 250 } = {}) {
    this.#client = createClient({
      url,
      name: 'magazine',
      disableOfflineQueue: true, // a command without a connection fails at once and does not wait for one
      socket: { reconnectStrategy: (attempts) => Math.min(50 * attempts, 1000) },
    });
    this.#client.on('error', (problem) => console.warn(`cache: ${problem.message}`));
    this.#ttl = ttl;
    this.#patienceMs = patienceMs;
  }

  /// Connects; a server that is down is tried again and again in the background.
  async open() {
    await Promise.race([this.#client.connect().catch(() => {}), delay(this.#patienceMs)]);
  }

  close() {
    this.#client.destroy();
  }

  get isConnected() {
    return this.#client.isReady;
  }

  /// The value at `key`; on a miss the result of `load()`, which is then stored and tagged. Of many callers that miss at
  /// the same time one loads and the others wait for its value. A busy value that is about to expire is loaded anew by
  /// one caller in time.
  async getOrLoad(key, load, tags = []) {
    const found = await this.#look(key);
    if (!found) return load(); // no cache at all: straight to the database
    if (found.value !== null && !refreshEarly(found)) return found.value;
    const locked = await this.#ask(() => this.#client.set(`lock:${key}`, '1', { NX: true, EX: LOCK_SECONDS }));
    if (locked) {
      try {
        const newer = await this.#look(key);
        if (newer && newer.value !== null && newer.ttl > found.ttl) return newer.value; // another had its turn before us
        return await this.#load(key, load, tags);
      } finally {
        await this.#ask(() => this.#client.del(`lock:${key}`));
      }
    }
    return found.value ?? this.#waitForOther(key, load);
  }

  /// Forgets these keys; resolves to how many there were.
  async invalidate(...keys) {
    return (keys.length && (await this.#ask(() => this.#client.del(keys)))) || 0;
  }

  /// Forgets every value that was stored with one of these tags.
  async invalidateTags(...tags) {
    const members = await Promise.all(tags.map((tag) => this.#ask(() => this.#client.sMembers(`tag:${tag}`))));
    return this.invalidate(...members.flatMap((keys) => keys ?? []), ...tags.map((tag) => `tag:${tag}`));
  }

  /// Forgets every key that matches, a hundred at a time: SCAN never blocks the server, KEYS would.
  async invalidatePattern(pattern) {
    let deleted = 0;
    let cursor = '0';
    do {
      const batch = await this.#ask(() => this.#client.scan(cursor, { MATCH: pattern, COUNT: 100 }));
      if (!batch) break;
      deleted += await this.invalidate(...batch.keys);
      cursor = batch.cursor;
    } while (cursor !== '0');
    return deleted;
  }

  /// The answer of the server, or undefined when it is down or takes too long.
  async #ask(question) {
    const late = new AbortController();
    try {
      return await Promise.race([
        question(),
        delay(this.#patienceMs, undefined, { signal: late.signal }).then(() => {
          throw new Error('too slow');
        }),
      ]);
    } catch (problem) {
      console.warn(`cache: ${problem.message}`);
      return undefined;
    } finally {
      late.abort();
    }
  }

  async #look(key) {
    const answers = await this.#ask(() => Promise.all([this.#client.get(key), this.#client.ttl(key)]));
    if (!answers) return undefined;
    const [stored, ttl] = answers;
    return stored === null ? { value: null, ttl: 0, secondsToLoad: 0 } : { ...JSON.parse(stored), ttl };
  }

  async #load(key, load, tags) {
    const started = performance.now();
    const value = await load();
    const entry = JSON.stringify({ value, secondsToLoad: (performance.now() - started) / 1000 });
    await this.#ask(() => {
      const batch = this.#client.multi().setEx(key, this.#ttl, entry);
      for (const tag of tags) batch.sAdd(`tag:${tag}`, key).expire(`tag:${tag}`, this.#ttl);
      return batch.exec();
    });
    return value;
  }

  async #waitForOther(key, load) {
    const deadline = performance.now() + LOCK_SECONDS * 1000;
    while (performance.now() < deadline) {
      const found = await this.#look(key);
      if (!found) break;
      if (found.value !== null) return found.value;
      await delay(POLL_MS);
    }
    return load(); // whoever had the lock has failed
  }
}

// True ever more often as the deadline comes near, and earlier for what takes long (Vattani et al., 2015).
function refreshEarly({ ttl, secondsToLoad }) {
  return secondsToLoad * -Math.log(1 - Math.random()) >= ttl;
}

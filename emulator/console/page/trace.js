// The trace, as it comes: read line by line, handed on once per frame, begun again
// after the last that came when the gateway was away.

import { address, ask } from './api.js';

// LIMIT is how many events the page holds.
export const LIMIT = 2000;

export class Trace {
  // take gets events in the order in which they came, at most once per frame; state gets
  // "live", "lost" or "ended", and what there is to say; restarted is called when the
  // gateway has begun to count anew.
  constructor(take, state, restarted) {
    this.take = take;
    this.state = state;
    this.restarted = restarted;
    this.began = null; // since when the gateway counts
    this.seq = 0; // of the latest that came
    this.waiting = [];
    this.skipped = 0; // of those that came faster than they can be shown
    this.frame = 0;
    this.over = false;
    document.addEventListener('visibilitychange', () => this.turn());
    this.turn();
  }

  // turn follows while somebody looks: a page in the background takes no connection.
  turn() {
    this.abort?.abort();
    if (!document.hidden && !this.over) this.follow(this.abort = new AbortController());
  }

  again() {
    this.over = false;
    this.turn();
  }

  async follow(abort) {
    for (let pause = 250; !abort.signal.aborted; pause = Math.min(pause * 2, 5000)) {
      const counts = await ask('_suback/counts');
      if (abort.signal.aborted) return;
      if (counts.data) {
        try { // from what may still be shown on: its counts grow
          await this.read(abort, Math.max(0, counts.data.seq - LIMIT), () => { pause = 250; });
        } catch { /* the gateway has gone, or this page */ }
      }
      if (abort.signal.aborted || this.over) return;
      this.state('lost', counts.problem || 'the gateway has gone; the page comes back by itself');
      await new Promise((done) => setTimeout(done, pause));
    }
  }

  async read(abort, since, begun) {
    const request = { signal: abort.signal, cache: 'no-store' };
    const answer = await fetch(address('_suback/trace', { follow: 1, since }), request);
    if (!answer.ok) throw new Error(answer.statusText);
    const began = answer.headers.get('Suback-Began');
    if (this.began && this.began !== began) {
      this.seq = 0;
      this.restarted();
    }
    this.began = began;
    begun();
    this.state('live', '');
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let rest = ''; ;) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = (rest + value).split('\n');
      rest = lines.pop();
      for (const line of lines) this.come(JSON.parse(line));
    }
  }

  come(event) {
    if (event.operation === 'Follow' && !event.seq && event.detail.startsWith('this reader is ended')) {
      this.over = true;
      this.state('ended', `${event.detail}; ${event.hint}`);
    }
    if (event.seq && event.seq <= this.seq && !(event.count > 1)) return; // it came before
    this.seq = Math.max(this.seq, event.seq);
    this.waiting.push(event);
    if (this.waiting.length > 2 * LIMIT) this.skipped += this.waiting.splice(0, LIMIT).length;
    this.frame ||= requestAnimationFrame(() => this.flush());
  }

  flush() {
    this.frame = 0;
    const events = this.waiting;
    this.waiting = [];
    this.take(events, this.skipped);
    this.skipped = 0;
  }
}

// How many messages were delivered, withheld and refused per second, since the page was
// opened, five minutes at most.

import { html, useEffect, useState } from './vendor/preact.js';
import { ask, every } from './api.js';

const SECONDS = 300;
const WIDTH = 600, HEIGHT = 120; // of the drawing, whatever its size
const series = { delivered: 'Delivered', withheld: 'Withheld', refused: 'Refused' };
const names = Object.keys(series);

export function Rates() {
  const [points, setPoints] = useState([]);
  useEffect(() => {
    let before = null;
    return every(1, async () => {
      const { data } = await ask('_suback/counts');
      const seconds = data && before ? (new Date(data.time) - new Date(before.time)) / 1000 : 0;
      if (seconds > 0.2) {
        const rate = (name) => Math.max(0, data[name] - before[name]) / seconds; // a reset counts from 0
        const point = Object.fromEntries(names.map((name) => [name, rate(name)]));
        setPoints((all) => [...all, point].slice(-SECONDS));
      }
      before = data;
    });
  }, []);
  const now = (name) => rounded(points.at(-1)?.[name] || 0);
  const most = Math.max(1, ...points.flatMap((p) => names.map((name) => p[name])));
  return html`<section class="panel rates" id="rates" aria-labelledby="rates-title">
    <div class="bar"><h2 id="rates-title">Messages per second</h2>
      <span class="muted">scale to ${rounded(most)}</span></div>
    <svg viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img"
      aria-label=${`Now: ${names.map((name) => `${series[name]} ${now(name)}`).join(', ')}`}>
      ${[0.25, 0.5, 0.75].map((part) => part * HEIGHT).map((y) => html`
        <line x1="0" x2=${WIDTH} y1=${y} y2=${y} class="grid" />`)}
      ${names.map((name) => html`<polyline class=${name} points=${line(points, name, most)} />`)}
    </svg>
    <ul class="legend">${names.map((name) => html`<li class=${name}>
      <span class="swatch" aria-hidden="true"></span>${series[name]} <b>${now(name)}</b></li>`)}</ul>
  </section>`;
}

const rounded = (n) => n >= 10 || n === Math.round(n) ? Math.round(n) : n.toFixed(1);

// line ends at the right edge, where now is.
function line(points, name, most) {
  const step = WIDTH / (SECONDS - 1), first = SECONDS - points.length, edge = 3;
  const at = (p, i) => [(first + i) * step, HEIGHT - edge - (HEIGHT - 2 * edge) * p[name] / most];
  return points.map((p, i) => at(p, i).map((n) => n.toFixed(1)).join()).join(' ');
}

// What a person does with the console, for the tests that drive it.
window.hands = {
  // click clicks on the first element of a selector that is seen and has a text.
  click(selector, text) {
    const fits = (e) => e.textContent.includes(text) && !e.closest('[hidden]');
    const found = [...document.querySelectorAll(selector)].find(fits);
    found?.click();
    return found ? 'clicked' : 'not there';
  },

  // type puts a text into a field, and returns what is in it then.
  type(field, text) {
    field.value = text;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    return field.value;
  },

  field: (form, name) => document.querySelector(`form[aria-label=${form}]`).elements[name],

  read: (selector) => [...document.querySelectorAll(selector)].map((e) => e.textContent).join('\n'),

  // watch measures the longest frame from now on.
  watch() {
    this.longest = 0;
    let before = performance.now();
    const frame = (now) => {
      this.longest = Math.max(this.longest, now - before);
      before = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  },

  // judge has axe look; found is what it finds serious then.
  judge() {
    this.found = '';
    const node = (n) => `${n.html} ${n.failureSummary}`;
    const told = (v) => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map(node).join(' | ')}`;
    const serious = (v) => ['serious', 'critical'].includes(v.impact);
    axe.run().then((r) => { this.found = JSON.stringify(r.violations.filter(serious).map(told), null, 1); },
      (err) => { this.found = String(err); });
  },

  // loaded is what the page has asked for; bytes what its own files took on the wire.
  loaded: () => performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation')),
  bytes() {
    const files = this.loaded().filter((r) => !/_suback\/(?!console)/.test(r.name));
    return files.reduce((sum, r) => sum + r.transferSize, 0);
  },
  elsewhere() {
    return this.loaded().map((r) => r.name).filter((name) => new URL(name).origin !== location.origin).join();
  },
};

'use strict';
(() => {
  const key = (row, column) => {
    const cell = row.cells[column];
    const value = cell.dataset.v;
    return value === undefined ? cell.textContent : value === '' ? null : Number(value);
  };

  // What is unknown stays at the end, whichever way the rest is sorted.
  const compare = (a, b, sign) => {
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
    return sign * (typeof a === 'number' ? a - b : a < b ? -1 : a > b ? 1 : 0);
  };

  for (const table of document.querySelectorAll('table.sortable')) {
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = head.textContent;
      head.replaceChildren(button);
      if (!head.hasAttribute('aria-sort')) head.setAttribute('aria-sort', 'none');
      button.addEventListener('click', () => {
        const first = head.classList.contains('n') ? 'descending' : 'ascending';
        const second = first === 'ascending' ? 'descending' : 'ascending';
        const order = head.getAttribute('aria-sort') === first ? second : first;
        heads.forEach(other => other.setAttribute('aria-sort', other === head ? order : 'none'));
        const sign = order === 'ascending' ? 1 : -1;
        const rows = [...body.rows].map((row, index) => ({ row, index, value: key(row, column) }));
        rows.sort((a, b) => compare(a.value, b.value, sign) || a.index - b.index);
        body.append(...rows.map(r => r.row));
      });
    });

    const filter = document.getElementById(table.id + '-filter');
    if (filter) {
      const count = document.getElementById(table.id + '-count');
      const names = new Map([...body.rows].map(row => [row, row.cells[0].textContent.toLowerCase()]));
      filter.closest('.filter').hidden = false;
      filter.addEventListener('input', () => {
        const wanted = filter.value.trim().toLowerCase();
        let shown = 0;
        for (const [row, name] of names) {
          row.hidden = !name.includes(wanted);
          if (!row.hidden) shown++;
        }
        count.textContent = wanted ? shown + ' of ' + names.size + ' shown' : '';
      });
    }
  }

  // Values under the pointer or the arrow keys: points are places across the plot and what is said there.
  const hovers = new WeakMap();
  const hover = (svg, points) => {
    const known = hovers.get(svg);
    if (known) {
      known.points = points;
      known.hide();
      return;
    }

    const chart = svg.closest('.chart');
    const tip = document.createElement('p');
    tip.className = 'tip';
    tip.hidden = true;
    tip.setAttribute('role', 'status');
    chart.append(tip);
    const mark = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    mark.setAttribute('class', 'mark');
    const state = { points, at: -1, hide: () => { tip.hidden = true; mark.remove(); state.at = -1; } };
    hovers.set(svg, state);
    const show = index => {
      if (!state.points.length) return;
      state.at = Math.max(0, Math.min(state.points.length - 1, index));
      const [x, text] = state.points[state.at];
      mark.setAttribute('d', 'M' + x + ' 0V200');
      svg.append(mark);
      tip.textContent = text;
      tip.hidden = false;
      const box = svg.getBoundingClientRect();
      const whole = chart.getBoundingClientRect();
      const place = box.left - whole.left + (x + 10) / 1020 * box.width - tip.offsetWidth / 2;
      tip.style.left = Math.max(0, Math.min(whole.width - tip.offsetWidth, place)) + 'px';
      tip.style.top = box.top - whole.top + 4 + 'px';
    };
    const nearest = event => {
      const box = svg.getBoundingClientRect();
      const x = (event.clientX - box.left) / box.width * 1020 - 10;
      let best = 0;
      state.points.forEach(([place], i) => { if (Math.abs(place - x) < Math.abs(state.points[best][0] - x)) best = i; });
      return best;
    };
    svg.addEventListener('pointermove', event => show(nearest(event)));
    svg.addEventListener('pointerdown', event => show(nearest(event)));
    svg.addEventListener('pointerleave', () => { if (document.activeElement !== svg) state.hide(); });
    svg.setAttribute('tabindex', '0');
    svg.addEventListener('focus', () => { if (state.at < 0) show(state.points.length - 1); });
    svg.addEventListener('blur', state.hide);
    svg.addEventListener('keydown', event => {
      const step = { ArrowLeft: -1, ArrowRight: 1, Home: -state.points.length, End: state.points.length }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      show(state.at + step);
    });
  };

  for (const svg of document.querySelectorAll('svg.plot[data-points]')) {
    const parts = svg.dataset.points.split('|');
    const points = [];
    for (let i = 0; i + 1 < parts.length; i += 2) points.push([Number(parts[i]), parts[i + 1]]);
    hover(svg, points);
  }

  // Commands and lines for files are there to be copied.
  for (const block of document.querySelectorAll('.body pre')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'copy';
    button.textContent = 'Copy';
    button.setAttribute('aria-label', 'Copy ' + block.textContent.split('\n')[0]);
    button.addEventListener('click', async () => {
      const text = block.textContent;
      try {
        await navigator.clipboard.writeText(text);
      } catch {
        const range = document.createRange();
        range.selectNodeContents(block);
        getSelection().removeAllRanges();
        getSelection().addRange(range);
        document.execCommand('copy');
      }

      button.textContent = 'Copied';
      setTimeout(() => { button.textContent = 'Copy'; }, 2000);
    });
    const frame = document.createElement('div');
    frame.className = 'command';
    block.replaceWith(frame);
    frame.append(block, button);
  }

  // A link to what a rule means unfolds it.
  const unfold = () => {
    const target = location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
    if (target instanceof HTMLDetailsElement) target.open = true;
  };
  addEventListener('hashchange', unfold);
  document.addEventListener('click', event => {
    const link = event.target instanceof Element ? event.target.closest('a[href^="#"]') : null;
    const target = link ? document.getElementById(link.getAttribute('href').slice(1)) : null;
    if (target instanceof HTMLDetailsElement) target.open = true;
  });
  unfold();

  const data = document.getElementById('series-data');
  if (data) {
    const { first, x, t, events, series } = JSON.parse(data.textContent);
    const input = document.getElementById('series-name');
    const plot = document.getElementById('series-plot');
    const said = document.getElementById('series-said');
    const ticks = document.getElementById('series-ticks');
    const byName = new Map(series.map(one => [one.n, one]));
    document.getElementById('series-names').append(...[...byName.keys()].map(name => {
      const option = document.createElement('option');
      option.value = name;
      return option;
    }));

    const bytes = value => {
      const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
      let unit = 0;
      while (unit < 6 && Math.abs(value) >= 1024) { value /= 1024; unit++; }
      return value.toFixed(unit ? 1 : 0) + ' ' + units[unit];
    };

    const element = (name, attributes, title) => {
      const made = document.createElementNS('http://www.w3.org/2000/svg', name);
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      if (title) made.append(Object.assign(element('title', {}), { textContent: title }));
      return made;
    };

    const draw = one => {
      const values = [];
      for (let i = 0; i < one.v.length; i += 2) {
        const end = i + 2 < one.v.length ? one.v[i + 2] : x.length;
        for (let at = one.v[i]; at < end; at++) values.push(one.v[i + 1]);
      }

      const known = values.filter(v => v !== null);
      const low = Math.min(...known);
      const high = Math.max(...known);
      const limit = one.l > 0 && one.l <= 4 * high ? one.l : null;
      let floor = low > 0 && low < high / 2 ? 0 : low;
      let top = high;
      if (top === floor) [floor, top] = high > 0 ? [0, 2 * high] : [high, high + 1];
      if (limit !== null) top = Math.max(top, limit);
      const y = v => 200 - (v - floor) / (top - floor) * 200;
      const parts = [0, 50, 100, 150, 200].map(y => element('path', { class: 'grid', d: 'M0 ' + y + 'H1000' }));
      parts.push(...events.map(([at, text]) => element('path', { class: 'event', d: 'M' + at + ' 0V200' }, text)));
      let line = [];
      const flush = () => {
        if (line.length === 1) parts.push(element('path', { class: 'dot', d: 'M' + line[0].replace(',', ' ') + 'h0' }));
        if (line.length > 1) parts.push(element('polyline', { points: line.join(' ') }));
        line = [];
      };
      values.forEach((v, i) => {
        if (v === null) flush();
        else line.push(x[i] + ',' + y(v).toFixed(1));
      });
      flush();
      if (limit !== null) parts.push(element('path', { class: 'bound', d: 'M0 ' + y(limit).toFixed(1) + 'H1000' }, 'limit'));
      plot.replaceChildren(...parts);
      const show = one.b ? bytes : v => v.toLocaleString('en');
      const tick = one.b ? bytes : v => v.toLocaleString('en', { maximumFractionDigits: top - floor < 8 ? 2 : 0 });
      said.textContent = one.n + ': from ' + show(known[0]) + ' to ' + show(known[known.length - 1]) + '; lowest ' + show(low)
        + ', highest ' + show(high) + (one.l > 0 ? '; limit ' + show(one.l) : '') + '.';
      ticks.replaceChildren(...[4, 3, 2, 1, 0].map(line =>
        Object.assign(document.createElement('span'), { textContent: tick(floor + (top - floor) * line / 4) })));
      const happened = new Map();
      for (const [at, text] of events) {
        const index = x.findIndex(place => place >= at);
        if (index >= 0) happened.set(index, (happened.get(index) ?? '') + '; ' + text);
      }

      hover(plot, values.flatMap((v, i) => v === null ? [] : [[x[i], t[i] + ': ' + show(v) + (happened.get(i) ?? '')]]));
    };

    const choose = () => {
      const one = byName.get(input.value.trim());
      if (one) draw(one);
    };
    input.addEventListener('input', choose);
    input.addEventListener('focus', () => input.select());
    input.closest('.filter').hidden = false;
    input.value = first;
    choose();
  }

  addEventListener('beforeprint', () => document.querySelectorAll('details.finding').forEach(d => { d.open = true; }));
})();

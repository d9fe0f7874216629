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

  const data = document.getElementById('series-data');
  if (data) {
    const { first, x, events, series } = JSON.parse(data.textContent);
    const input = document.getElementById('series-name');
    const plot = document.getElementById('series-plot');
    const said = document.getElementById('series-said');
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
      const floor = low > 0 && low < high / 2 ? 0 : low;
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
        else line.push(x[i] + ',' + (high > floor ? 200 - (v - floor) / (high - floor) * 200 : 200).toFixed(1));
      });
      flush();
      plot.replaceChildren(...parts);
      const show = one.b ? bytes : v => v.toLocaleString('en');
      said.textContent = one.n + ': from ' + show(known[0]) + ' to ' + show(known[known.length - 1]) + '; lowest ' + show(low)
        + ', highest ' + show(high) + '. Top line ' + show(high) + ', bottom line ' + show(floor) + '.';
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

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

  addEventListener('beforeprint', () => document.querySelectorAll('details.finding').forEach(d => { d.open = true; }));
})();

'use strict';
(() => {
  const said = document.getElementById('live');
  const kind = document.body.dataset.live;
  let revision = Number(document.body.dataset.revision || 0);

  addEventListener('keydown', event => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      document.getElementById('q').focus();
    }
  });

  if (!kind || !window.EventSource) return;

  // What a person chose on the page stays as it is: the filter, and the order of the table.
  const choices = () => {
    const filter = document.querySelector('.filter input');
    const heads = [...document.querySelectorAll('table.sortable th[aria-sort]')];
    const sorted = heads.findIndex(head => head.getAttribute('aria-sort') !== 'none');
    return { filter: filter && filter.value, sorted, order: sorted < 0 ? '' : heads[sorted].getAttribute('aria-sort') };
  };

  const restore = chosen => {
    const filter = document.querySelector('.filter input');
    if (filter && chosen.filter) {
      filter.value = chosen.filter;
      filter.dispatchEvent(new Event('input'));
    }
    const head = chosen.sorted < 0 ? null : [...document.querySelectorAll('table.sortable th[aria-sort]')][chosen.sorted];
    for (let i = 0; head && i < 2 && head.getAttribute('aria-sort') !== chosen.order; i++) head.querySelector('button').click();
  };

  const refresh = async () => {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' }, redirect: 'error' });
    if (!answer.ok) return;
    const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const chosen = choices();
    for (const part of ['header', 'main']) {
      const mine = document.querySelector(part);
      const its = next.querySelector(part);
      if (mine && its) mine.replaceWith(document.importNode(its, true));
    }
    document.title = next.title;
    // The script that makes tables sortable runs again over the new ones.
    const script = document.createElement('script');
    script.src = '/assets/report.js';
    script.addEventListener('load', () => { restore(chosen); script.remove(); });
    document.body.append(script);
  };

  const isBusy = () => {
    const active = document.activeElement;
    return active && active !== document.body && document.querySelector('main').contains(active);
  };

  const say = text => {
    const link = document.createElement('a');
    link.href = location.href;
    link.textContent = 'show it';
    link.addEventListener('click', event => { event.preventDefault(); location.reload(); });
    said.replaceChildren(text + ' ', link);
  };

  const events = new EventSource('/events');
  events.addEventListener('fleet', event => {
    const now = Number(event.data);
    if (now <= revision) return;
    revision = now;
    // Nobody's place on a page moves while it is read with the keyboard; a page of a host is never changed under the reader.
    if (kind === 'fleet' && !isBusy()) refresh().catch(() => say('There is news of the hosts:'));
    else say('There is news of the hosts:');
  });
  events.addEventListener('error', () => { said.textContent = 'Not connected; what is shown may be old.'; });
  events.addEventListener('open', () => { said.textContent = ''; });
})();

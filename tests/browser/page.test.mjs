// Opens a report page from disk, as a user does, and holds it to what it promises: no network, no console error, tables
// that sort and filter, values under the pointer, readable in both colour schemes, no violation that axe-core finds.
// Usage: node page.test.mjs PAGE.html [FOLDER FOR PICTURES]
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

// Evaluated by the debugger: the page's policy lets no script in.
const axe = readFileSync(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const pictures = process.argv[3];
const page = pathToFileURL(path.resolve(process.argv[2])).href;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});

// Contrast as WCAG 2.2 has it (relative luminance), over the ground that is really behind the text.
const contrasts = () => {
  const parse = color => color.match(/[\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const groundOf = element => {
    for (let at = element; at; at = at.parentElement) {
      const ground = parse(getComputedStyle(at).backgroundColor);
      if (ground.length < 4 || ground[3] === 1) return ground;
    }
    return [255, 255, 255];
  };
  const seen = new Map();
  for (const element of document.querySelectorAll('body *')) {
    const text = [...element.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!text || element.closest('svg, script') || !element.checkVisibility()) continue;
    const one = luminance(parse(getComputedStyle(element).color));
    const two = luminance(groundOf(element));
    const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
    const key = element.tagName + '.' + element.className;
    seen.set(key, Math.min(ratio, seen.get(key) ?? 99));
  }
  return [...seen];
};

try {
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [390, 1280, 2000]) {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
      const tab = await context.newPage();
      const faults = [];
      const requests = [];
      tab.on('console', m => { if (m.type() === 'error' || m.type() === 'warning') faults.push(m.text()); });
      tab.on('pageerror', e => faults.push(String(e)));
      tab.on('request', r => requests.push(r.url()));
      await tab.goto(page);

      for (const [what, ratio] of await tab.evaluate(contrasts)) {
        assert.ok(ratio >= 4.5, `${colorScheme}: contrast of ${what} is ${ratio.toFixed(2)}`);
      }

      if (pictures) await tab.screenshot({ path: path.join(pictures, `page-${width}-${colorScheme}.png`), fullPage: true });
      await tab.evaluate(axe);
      const { violations } = await tab.evaluate(() => window.axe.run(document, { resultTypes: ['violations'], preload: false }));
      assert.deepEqual(violations.map(v => `${v.id}: ${v.nodes.map(n => n.html.slice(0, 120)).join(' | ')}`), [], `axe-core, ${colorScheme}, ${width}`);

      const overflow = await tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(overflow <= 0, `${width} px: the page is ${overflow} px too wide`);

      const names = () => tab.$$eval('#zones-table tbody tr:not([hidden]) th', cells => cells.map(c => c.textContent));
      const before = await names();
      assert.ok(before.length > 3, 'too few zones to try sorting');

      const head = tab.locator('#zones-table thead th').first();
      await head.getByRole('button').press('Enter');
      assert.equal(await head.getAttribute('aria-sort'), 'ascending');
      const sorted = await names();
      assert.deepEqual(sorted, [...before].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
      await head.getByRole('button').click();
      assert.equal(await head.getAttribute('aria-sort'), 'descending');
      assert.equal(await tab.locator('#zones-table th[aria-sort=descending]').count(), 1);

      const used = tab.locator('#zones-table thead th', { hasText: 'Items used' });
      await used.getByRole('button').click();
      const column = await used.evaluate(cell => cell.cellIndex);
      const values = await tab.$$eval('#zones-table tbody tr', (rows, i) => rows.map(r => Number(r.cells[i].dataset.v)), column);
      assert.deepEqual(values, [...values].sort((a, b) => b - a), 'numbers sort as numbers');

      await tab.getByLabel('Name contains').first().fill('MBUF');
      const filtered = await names();
      assert.deepEqual(new Set(filtered), new Set(before.filter(n => n.toLowerCase().includes('mbuf'))));
      assert.match(await tab.locator('#zones-table-count').textContent(), new RegExp(`^${filtered.length} of ${before.length} `));

      // The suspect is drawn with its envelope, its line and its forecast; the ledger as a stack.
      for (const drawn of ['polyline.low', 'polyline.fit', 'polygon.band']) {
        assert.ok(await tab.locator(`#time svg[role=img] ${drawn}`).count() > 0, drawn);
      }

      assert.ok(await tab.locator('#time svg.stack polygon').count() > 1, 'stack');

      // What stands under the pointer, and under the arrow keys.
      const plot = tab.locator('#time svg.plot[data-points]').first();
      await plot.scrollIntoViewIfNeeded();
      const box = await plot.boundingBox();
      const tip = tab.locator('#time .tip:visible');
      await tab.mouse.move(box.x + box.width / 1020 * 10, box.y + box.height / 2);
      assert.match(await tip.textContent(), /^2026-11-20 [0-9:]+ UTC: 68\.8 KiB, [0-9,]+ items/);
      await tab.mouse.move(0, 0);
      assert.equal(await tip.count(), 0);
      await plot.focus();
      const last = await tip.textContent();
      await tab.keyboard.press('ArrowLeft');
      assert.notEqual(await tip.textContent(), last);
      await tab.keyboard.press('Home');
      assert.match(await tip.textContent(), /: 68\.8 KiB/);
      const edges = await tab.evaluate(() => {
        const { left, right } = document.querySelector('#time .tip:not([hidden])').getBoundingClientRect();
        return [left, document.documentElement.clientWidth - right];
      });
      assert.ok(edges.every(edge => edge >= 0), `the tip leaves the page: ${edges}`);
      await plot.evaluate(svg => svg.blur());

      // Every command can be copied; the name of a rule leads to what it means.
      const blocks = await tab.locator('.body pre').count();
      assert.ok(blocks > 0 && blocks === await tab.locator('.command button.copy').count(), 'copy buttons');
      await tab.locator('.command button.copy').first().click();
      await tab.waitForFunction(() => document.querySelector('.command button.copy').textContent === 'Copied');
      const rule = tab.locator('.finding[open] .body a[href^="#rule-"]').first();
      const named = (await rule.textContent()).match(/LS[0-9]+/)[0];
      await rule.click();
      assert.ok(await tab.locator(`#rule-${named}`).evaluate(details => details.open && details.textContent.includes('What it means')));

      // Any series by its name: drawn when its name is complete, and said in words.
      const pick = tab.getByLabel('Name of the series');
      assert.match(await pick.inputValue(), /^malloc leakmod: bytes$/);
      assert.match(await tab.locator('#series-said').textContent(), /^malloc leakmod: bytes: from 68\.8 KiB to 1\.0 MiB;/);
      assert.equal(await tab.locator('#series-plot polyline').count(), 1);
      const drawnBefore = await tab.locator('#series-plot polyline').getAttribute('points');
      await pick.fill('zone malloc-256: items in use');
      assert.match(await tab.locator('#series-said').textContent(), /^zone malloc-256: items in use: from [\d,]+ to [\d,]+;/);
      assert.notEqual(await tab.locator('#series-plot polyline').getAttribute('points'), drawnBefore);
      // What never changes lies in the middle, with values at the axis.
      const constant = await tab.evaluate(() => JSON.parse(document.getElementById('series-data').textContent).series
        .find(one => one.v.length === 2 && one.v[1] > 0).n);
      await pick.fill(constant);
      assert.match(await tab.locator('#series-plot polyline').getAttribute('points'), /,100\.0 /);
      assert.equal(await tab.locator('#series-ticks span').count(), 5);
      await pick.fill('zone malloc-256: items in use');
      await pick.fill('<img src=x onerror=alert(1)>');
      assert.match(await tab.locator('#series-said').textContent(), /^zone malloc-256/);
      assert.ok(await tab.locator('#series-names option').count() > 100);

      assert.deepEqual(faults, [], 'console');
      assert.deepEqual(requests, [page], 'requests');
      await context.close();
    }
  }
  console.log('browser: the page holds in both schemes, wide and narrow');
} finally {
  await browser.close();
}

// Opens a flame graph from disk, as a user does: no network, no console error, zoom, search and tooltips; names of frames
// stay text. Usage: node flame.test.mjs GRAPH.svg
import assert from 'node:assert/strict';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});
try {
  const page = await browser.newPage({ viewport: { width: 1300, height: 700 } });
  const trouble = [];
  page.on('console', m => { if (m.type() === 'error') trouble.push(m.text()); });
  page.on('pageerror', e => trouble.push(String(e)));
  page.on('dialog', d => { trouble.push('dialog: ' + d.message()); return d.dismiss(); });
  page.on('request', r => { if (!r.url().startsWith('file:')) trouble.push('request: ' + r.url()); });
  await page.goto(pathToFileURL(path.resolve(process.argv[2])).href);

  const frames = page.locator('.f');
  const count = await frames.count();
  assert.ok(count > 5, 'frames');
  const shown = () => frames.evaluateAll(all => all.filter(g => g.style.display !== 'none').length);
  assert.equal(await shown(), count);

  // A tooltip on every frame, and the line below on hover.
  assert.ok((await page.locator('.f > title').allTextContents()).every(t => /: .*%$/.test(t)), 'tooltips');
  const hostile = page.locator('.f[data-n*="<script>"]').first();
  assert.equal(await hostile.count(), 1, 'a hostile name is there as text');
  await hostile.hover();
  assert.match(await page.locator('#detail').textContent(), /<script>/);
  assert.equal(await page.locator('script').count(), 1, 'no script came from a name');

  // Zoom into a frame that is not the whole, and out again.
  const before = Number(await hostile.locator('rect').getAttribute('width'));
  await hostile.click();
  const after = Number(await hostile.locator('rect').getAttribute('width'));
  assert.ok(after > before && Math.abs(after - 1200) < 1, `zoomed from ${before} to ${after}`);
  assert.ok(await shown() < count, 'others are hidden');
  await page.locator('#reset').click();
  assert.equal(await shown(), count);
  assert.ok(Math.abs(Number(await hostile.locator('rect').getAttribute('width')) - before) < 0.02);

  // Search marks frames and says how much they are.
  await page.fill('#search', 'SYSCTL_ROOT');
  assert.ok(await page.locator('.f.hit').count() >= 2);
  assert.match(await page.locator('#found').textContent(), /^\d+ frames, \d+\.\d %$/);
  await page.fill('#search', '');
  assert.equal(await page.locator('.f.hit').count(), 0);
  assert.deepEqual(trouble, []);
  console.log('flame graph: zoom, search and tooltips work');
} finally {
  await browser.close();
}

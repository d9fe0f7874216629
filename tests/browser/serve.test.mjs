// The server's pages in a real browser: nothing that its policy refuses, live while they are open, whole on a phone, readable
// in both colour schemes, usable with the keyboard, without a violation by axe. Usage: node serve.test.mjs leakstat-serve.dll SAMPLES [FOLDER FOR PICTURES]
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createRequire } from 'node:module';
import path from 'node:path';
import { chromium } from 'playwright-core';

const [library, samples, pictures] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const work = mkdtempSync(path.join(tmpdir(), 'leakstat-browser-'));
writeFileSync(path.join(work, 'token'), 'reader-0123456789abcdef');
writeFileSync(path.join(work, 'hosts'), ['fw1', 'fw2', 'fw3'].map(h => `${h} ${h}-0123456789abcdef\n`).join(''));
writeFileSync(path.join(work, 'leakstat.toml'), `
listen = "127.0.0.1:0"
store = "${work}/fleet.db"
[access]
token_file = "${work}/token"
hosts_file = "${work}/hosts"
[judge]
every = "1s"
fleet_every = "1s"
`);
const server = spawn('dotnet', [library, '--config', path.join(work, 'leakstat.toml')], { stdio: ['ignore', 'ignore', 'pipe'] });
const address = await new Promise((resolve, reject) => {
  let said = '';
  server.stderr.on('data', data => {
    said += data;
    const found = said.match(/listening on (http:\S+)/);
    if (found) resolve(found[1]);
  });
  server.on('exit', () => reject(new Error(said)));
});

const push = async (host, folder) => {
  const body = execFileSync('tar', ['-czf', '-', '-C', folder, '.'], { maxBuffer: 64 << 20 });
  const answer = await fetch(`${address}/v1/captures`, {
    method: 'POST', body, headers: { Authorization: `Bearer ${host}-0123456789abcdef` },
  });
  return answer.status;
};

// The recorded host is called oracle: it is pushed under the names that have tokens.
const renamed = (folder, host) => {
  const copy = mkdtempSync(path.join(work, 'capture-'));
  for (const file of readdirSync(folder)) {
    const text = readFileSync(path.join(folder, file));
    writeFileSync(path.join(copy, file), file === 'manifest.json' ? text.toString().replace('"oracle"', `"${host}"`) : text);
  }
  return copy;
};

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});
try {
  const leak = path.join(samples, 'freebsd-14.2-leak-malloc-series');
  for (const capture of readdirSync(leak).sort()) {
    assert.equal(await push('fw1', renamed(path.join(leak, capture), 'fw1')), 201);
  }
  assert.equal(await push('fw2', renamed(path.join(samples, 'freebsd-14.2-fresh-boot'), 'fw2')), 201);

  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const faults = [];
  page.on('console', message => { if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text()); });
  page.on('pageerror', error => faults.push(String(error)));

  // Once with the token, then without.
  await page.goto(`${address}/search?q=mbuf`);
  await page.fill('#token', 'reader-0123456789abcdef');
  await page.click('main button');
  await page.waitForURL(url => url.pathname === '/search');
  await page.goto(address);
  await page.waitForFunction(() => document.querySelectorAll('#hosts-table tbody tr').length === 2, null, { timeout: 60000 });
  assert.match(await page.textContent('h1'), /Something is wrong on 1 of 2 hosts; fw1 first/);

  // A host that comes while the page is open shows by itself; what was typed into the filter stays.
  await page.fill('#hosts-table-filter', 'fw');
  await page.evaluate(() => document.activeElement.blur());
  assert.equal(await push('fw3', renamed(path.join(samples, 'freebsd-14.2-mbuf-near-limit'), 'fw3')), 201);
  await page.waitForFunction(() => document.querySelectorAll('#hosts-table tbody tr').length === 3, null, { timeout: 60000 });
  await page.waitForFunction(() => document.querySelector('#hosts-table-filter').value === 'fw', null, { timeout: 10000 });

  // The keyboard: the search from anywhere, and its result.
  await page.keyboard.press('/');
  await page.keyboard.type('mbuf_cluster');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#found tbody tr');

  const places = [['fleet', '/'], ['host', '/hosts/fw1'], ['cause', '/causes/malloc/leakmod'], ['search', '/search?q=mbuf'],
    ['nothing', '/search?q=nothing-is-called-so'], ['login', '/login'], ['missing', '/hosts/nobody']];
  const wrong = [];
  for (const [name, at] of places) {
    for (const scheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.setViewportSize({ width: 1280, height: 900 });
      const answer = await page.goto(address + at);
      assert.equal(answer.status(), name === 'missing' ? 404 : 200, at);
      await page.evaluate(axe);
      const { violations, passes } = await page.evaluate(() => window.axe.run(document));
      wrong.push(...violations.map(v => `${name}, ${scheme}: ${v.id} at ${v.nodes.map(n => n.target).join('; ')}`));
      assert.ok(passes.length > 10, `axe looked at nothing on ${name}`);
      if (pictures) await page.screenshot({ path: path.join(pictures, `${name}-${scheme}.png`) });
    }
    await page.setViewportSize({ width: 375, height: 800 });
    await page.goto(address + at);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${name} is ${wide} pixels too wide for a phone`);
    if (pictures) await page.screenshot({ path: path.join(pictures, `${name}-phone.png`) });
  }
  assert.deepEqual(wrong, []);
  assert.deepEqual(faults.filter(f => !/status of 404/.test(f)), []);

  // Without a script the tables are there.
  const plain = await browser.newContext({ javaScriptEnabled: false, storageState: await context.storageState() });
  const still = await plain.newPage();
  await still.goto(address);
  assert.equal(await still.locator('#hosts-table tbody tr').count(), 3);
  console.log('serve: the pages are whole');
} finally {
  await browser.close();
  server.kill();
  rmSync(work, { recursive: true, force: true });
}

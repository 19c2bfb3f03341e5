// Looks at a page as people do, and says what is there, as JSON:
//   node look.mjs <page.html> <folder for pictures>
// Chromium comes with the packages, so that nothing has to be installed; CHROME_PATH names another.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [page, folder] = process.argv.slice(2).map((path) => resolve(path));
mkdirSync(folder, { recursive: true });
// Unpacked here, and with the libraries and fonts that a bare machine has not got.
process.env.TMPDIR = folder;
process.env.AWS_LAMBDA_JS_RUNTIME ??= 'nodejs20.x';

const { default: chromium } = await import('@sparticuz/chromium');
const { default: puppeteer } = await import('puppeteer-core');

const executablePath = process.env.CHROME_PATH ?? (await chromium.executablePath());
// The packages say where fonts are on Lambda; without any, texts have no width and are not seen.
process.env.FONTCONFIG_FILE = join(folder, 'fonts.conf');
writeFileSync(
  process.env.FONTCONFIG_FILE,
  `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${join(folder, 'fonts')}</dir><dir>/usr/share/fonts</dir>
<cachedir>${join(folder, 'fonts-cache')}</cachedir></fontconfig>
`,
);
const browser = await puppeteer.launch({
  executablePath,
  headless: 'shell',
  args: [...chromium.args, '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});

async function look(name, width, height, scheme) {
  const tab = await browser.newPage();
  const complaints = [];
  const requests = [];
  tab.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  tab.on('pageerror', (error) => complaints.push(error.message));
  tab.on('request', (request) => requests.push(request.url()));
  await tab.setViewport({ width, height });
  await tab.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  await tab.goto(pathToFileURL(page).href, { waitUntil: 'load' });
  await tab.screenshot({ path: join(folder, `${name}-top.png`) });
  const seen = await tab.evaluate(() => {
    document.querySelectorAll('details').forEach((one) => one.setAttribute('open', ''));
    // Each chart is there for narrow screens and for wide ones.
    const isShown = (chart) => getComputedStyle(chart.parentElement).display !== 'none';
    const boxOf = (element) => {
      const { left, right, width, height } = element.getBoundingClientRect();
      return { left, right, width, height };
    };
    return {
      pageWidth: document.documentElement.scrollWidth,
      background: getComputedStyle(document.body).backgroundColor,
      text: getComputedStyle(document.body).color,
      heading: document.querySelector('h1').textContent,
      charts: [...document.querySelectorAll('svg.chart')].filter(isShown).map((chart) => ({
        ...boxOf(chart),
        shapes: [...chart.querySelectorAll('rect, path, line, circle')]
          .filter((shape) => {
            const box = boxOf(shape);
            return box.width > 0 || box.height > 0;
          }).length,
        unseen: [...chart.querySelectorAll('text')]
          .filter((text) => boxOf(text).width === 0)
          .map((text) => text.textContent),
        outside: [...chart.querySelectorAll('text')]
          .filter((text) => {
            const [inner, outer] = [boxOf(text), boxOf(chart)];
            return inner.left < outer.left - 1 || inner.right > outer.right + 1;
          })
          .map((text) => text.textContent),
      })),
    };
  });
  await tab.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  await tab.close();
  return { name, width, complaints, requests, ...seen };
}

async function print() {
  const tab = await browser.newPage();
  await tab.goto(pathToFileURL(page).href, { waitUntil: 'load' });
  const pdf = await tab.pdf({ path: join(folder, 'print.pdf'), format: 'A4' });
  await tab.emulateMediaType('print');
  const hidden = await tab.evaluate(
    () =>
      [...document.querySelectorAll('svg.chart')].filter(
        (chart) =>
          getComputedStyle(chart.parentElement).display !== 'none' &&
          chart.getBoundingClientRect().height === 0,
      ).length,
  );
  await tab.close();
  return { bytes: pdf.length, hidden };
}

const looks = [
  await look('narrow-light', 360, 740, 'light'),
  await look('narrow-dark', 360, 740, 'dark'),
  await look('wide-light', 1280, 900, 'light'),
  await look('wide-dark', 1280, 900, 'dark'),
];
const printed = await print();
console.log(JSON.stringify({ looks, printed }));
await browser.close();

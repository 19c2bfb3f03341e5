// Installs the runner into a folder: node prepare.mjs <folder>
// Does nothing when the folder has what package-lock.json says.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const folder = resolve(process.argv[2]);
const installed = join(folder, 'installed.json');
const lock = readFileSync(join(here, 'package-lock.json'), 'utf8');

mkdirSync(folder, { recursive: true });
for (const file of ['package.json', 'package-lock.json', '.npmrc', 'runner.mjs', 'language.mjs', 'front.mjs']) {
  copyFileSync(join(here, file), join(folder, file));
}
if (!existsSync(installed) || readFileSync(installed, 'utf8') !== lock) {
  rmSync(installed, { force: true });
  const npm = spawnSync('npm', ['ci', '--prefer-offline', '--no-progress', '--loglevel=error'], {
    cwd: folder,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (npm.status !== 0) {
    console.error(npm.error?.message ?? `${npm.stdout}${npm.stderr}`);
    process.exit(1);
  }
  writeFileSync(installed, lock);
}

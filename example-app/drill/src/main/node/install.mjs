// Installs a folder of scripts with the packages of its lock file: node install.mjs <from> <to>
// Fetches nothing when the packages are there already.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const [from, to] = process.argv.slice(2).map((path) => resolve(path));
const installed = join(to, 'installed.json');
const lock = readFileSync(join(from, 'package-lock.json'), 'utf8');

mkdirSync(to, { recursive: true });
cpSync(from, to, { recursive: true });
if (!existsSync(installed) || readFileSync(installed, 'utf8') !== lock) {
  rmSync(installed, { force: true });
  const npm = spawnSync('npm', ['ci', '--prefer-offline', '--no-progress', '--loglevel=error'], {
    cwd: to,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (npm.status !== 0) {
    console.error(npm.error?.message ?? `${npm.stdout}${npm.stderr}`);
    process.exit(1);
  }
  writeFileSync(installed, lock);
}

import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const contractFolder = fileURLToPath(new URL('../..', import.meta.url))
const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')

const compilerOptions = {
  module: 'NodeNext',
  target: 'ES2022',
  lib: ['ES2023', 'DOM'],
  strict: true,
  skipLibCheck: true,
  types: [],
  // The package's sources, so that no build comes first.
  customConditions: ['@roomful/source'],
  allowImportingTsExtensions: true,
  rootDir: '.',
}

/** A separate app outside the repository: it can import only what it installed. */
export interface Consumer {
  /** Compiles the files in another process and gives the compiler's output. */
  compile(files: Readonly<Record<string, string>>, options: object, ...flags: string[]): Promise<string>
  read(file: string): Promise<string>
  remove(): Promise<void>
}

export async function createConsumer(): Promise<Consumer> {
  const folder = await mkdtemp(join(tmpdir(), 'roomful-consumer-'))
  await mkdir(join(folder, 'node_modules/@roomful'), { recursive: true })
  await symlink(contractFolder, join(folder, 'node_modules/@roomful/contract'), 'junction')
  for (const library of ['zod', 'valibot'])
    await symlink(join(contractFolder, 'node_modules', library), join(folder, 'node_modules', library), 'junction')
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')

  return {
    async compile(files, options, ...flags) {
      for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
      const project = { compilerOptions: { ...compilerOptions, ...options }, files: Object.keys(files) }
      await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(project))
      return runCompiler(folder, flags)
    },
    read: (file) => readFile(join(folder, file), 'utf8'),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

function runCompiler(folder: string, flags: readonly string[]): Promise<string> {
  const arguments_ = [compiler, '--project', folder, '--pretty', 'false', ...flags]
  return new Promise((resolve, reject) => {
    execFile(process.execPath, arguments_, { cwd: folder }, (error, output, complaint) => {
      // After an error in the code there is output; without output the compiler itself did not run.
      if (error && !output) reject(new Error(`the compiler did not run: ${complaint}`, { cause: error }))
      else resolve(output)
    })
  })
}

/** The compiler's messages about one file. */
export function errorsIn(file: string, output: string): string {
  const said: string[] = []
  let inFile = false
  for (const line of output.split('\n')) {
    if (!line.startsWith(' ')) inFile = line.startsWith(`${file}(`)
    if (inFile) said.push(line)
  }
  return said.join('\n')
}

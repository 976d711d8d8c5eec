import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { join, sep } from 'node:path'

// node check.mjs typescript-5.4: checks consumer.ts and the types of our packages, once for each module setting.
// It asks the compiler for the errors of these files only: the types of other packages take most of the time of a full check.

const SETTINGS = [
  ['ESNext', 'Bundler'],
  ['Node16', 'Node16'],
  ['NodeNext', 'NodeNext'],
]
const OPTIONS = {
  target: 'ES2022',
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  jsx: 'react-jsx',
  allowImportingTsExtensions: true,
  noEmit: true,
  types: ['node'],
}
const [name = ''] = process.argv.slice(2)
const require = createRequire(import.meta.url)
const isNative = Number.parseInt(require(`${name}/package.json`).version) >= 7
const check = isNative ? checkNatively : createCheck(require(name))
for (const setting of SETTINGS) {
  const errors = check(...setting)
  if (errors.length === 0) continue
  console.error(errors.join('\n'))
  process.send?.(`With the module setting ${setting[1]}: ${errors[0]}`)
  process.exitCode = 1
}

/** The compiler's interface. Files of other packages are parsed once for all settings that read them alike. */
function createCheck(ts) {
  const parsed = new Map()
  return (module, moduleResolution) => {
    const options = {
      ...OPTIONS,
      target: ts.ScriptTarget[OPTIONS.target],
      jsx: ts.JsxEmit.ReactJSX,
      module: ts.ModuleKind[module],
      moduleResolution: ts.ModuleResolutionKind[moduleResolution],
    }
    const host = ts.createCompilerHost(options)
    const { getSourceFile } = host
    host.getSourceFile = (file, languageVersion, ...rest) => {
      const key = JSON.stringify([file, languageVersion.impliedNodeFormat])
      if (!parsed.has(key)) parsed.set(key, getSourceFile(file, languageVersion, ...rest))
      return parsed.get(key)
    }
    const program = ts.createProgram(['consumer.ts'], options, host)
    const own = program.getSourceFiles().filter(({ fileName }) => isOwn(fileName))
    const errors = [
      ...program.getOptionsDiagnostics(),
      ...program.getGlobalDiagnostics(),
      ...own.flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]),
    ]
    return errors.map((error) => ts.formatDiagnostic(error, host).trim())
  }
}

/** From version 7 on, the compiler is a native program without that interface. It checks all files. */
function checkNatively(module, moduleResolution) {
  const { lib, types, ...options } = { ...OPTIONS, module, moduleResolution }
  const flags = Object.entries(options).flatMap(([option, value]) => [`--${option}`, String(value)])
  const names = lib.map((file) => file.replace(/^lib\.|\.d\.ts$/g, ''))
  const tsc = join('node_modules', name, 'bin/tsc')
  const args = [tsc, ...flags, '--lib', names.join(), '--types', types.join(), 'consumer.ts']
  const { stdout, status } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  return status === 0 ? [] : [stdout.trim()]
}

function isOwn(file) {
  const path = file.split(sep).join('/')
  return !path.includes('/node_modules/') || path.includes('/node_modules/@roomful/')
}

import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import {
  CompilerState,
  ConsoleMessageId,
  Extractor,
  ExtractorConfig,
  ExtractorLogLevel,
} from '@microsoft/api-extractor'
import { root } from './processes.mjs'

// pnpm check:api: compares the public surface of the built packages with the reports in `api/`, one file an entry.
// pnpm check:api --update: writes these reports.
// It works on the current folder, so that its test can run it on packages of its own.

const here = process.cwd()
const reports = join(here, 'api')
const temporary = join(here, '.cache/api')
const isUpdate = process.argv.includes('--update')

for (const folder of [reports, temporary]) mkdirSync(folder, { recursive: true })
const configs = readdirSync(join(here, 'packages')).sort().flatMap(configsOf)
const [first] = configs
if (!first) throw new Error('packages/ holds no package with types')
// One program for all entries: it is most of the work.
const compilerState = CompilerState.create(first, {
  additionalEntryPoints: configs.map((config) => config.mainEntryPointFilePath),
})

const changed = configs.filter((config) => !isUnchanged(config)).map((config) => basename(config.reportFilePath))
const names = new Set(configs.map((config) => basename(config.reportFilePath)))
const stale = readdirSync(reports).filter((file) => file.endsWith('.api.md') && !names.has(file))
if (isUpdate) for (const file of stale) rmSync(join(reports, file))
for (const file of stale) console.log(`api/${file}: ${isUpdate ? 'removed' : 'no package has this entry'}`)
for (const file of changed) console.log(`api/${file}: ${isUpdate ? 'written' : 'does not match the built package'}`)

const differs = changed.length + stale.length > 0
if (!differs) console.log(`${configs.length} reports of the public surface are up to date.`)
if (differs && !isUpdate) {
  console.error('The public surface changed. Where that is intended, run `pnpm check:api --update` and commit `api/`.')
  process.exitCode = 1
}

/**
 * A configuration for each entry that a package publishes.
 * @param {string} folder
 * @returns {ExtractorConfig[]}
 */
function configsOf(folder) {
  const projectFolder = join(here, 'packages', folder)
  const packageJsonFullPath = join(projectFolder, 'package.json')
  if (!existsSync(packageJsonFullPath)) return []
  const { exports } = JSON.parse(readFileSync(packageJsonFullPath, 'utf8'))
  return Object.entries(exports).flatMap(([entry, { types }]) =>
    types
      ? configOf(packageJsonFullPath, join(projectFolder, types), [folder, ...entry.split('/').slice(1)].join('-'))
      : [],
  )
}

/**
 * @param {string} packageJsonFullPath
 * @param {string} mainEntryPointFilePath
 * @param {string} name
 */
function configOf(packageJsonFullPath, mainEntryPointFilePath, name) {
  const silent = { default: { logLevel: ExtractorLogLevel.None } }
  return ExtractorConfig.prepare({
    packageJsonFullPath,
    configObjectFullPath: undefined,
    configObject: {
      mainEntryPointFilePath,
      projectFolder: dirname(packageJsonFullPath),
      newlineKind: 'lf',
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'ES2022',
            lib: ['ES2023', 'DOM', 'DOM.Iterable'],
            module: 'NodeNext',
            strict: true,
            exactOptionalPropertyTypes: true,
            skipLibCheck: true,
            typeRoots: [join(root, 'node_modules/@types')],
            types: ['node'],
          },
          files: [mainEntryPointFilePath],
        },
      },
      // Types that are reachable, yet not exported, belong to the surface: a user sees them.
      apiReport: {
        enabled: true,
        reportFileName: name,
        reportFolder: reports,
        reportTempFolder: temporary,
        includeForgottenExports: true,
        tagsToReport: {},
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        extractorMessageReporting: silent,
        tsdocMessageReporting: silent,
      },
    },
  })
}

/**
 * Compares an entry with its report and prints the difference, or writes the report.
 * @param {ExtractorConfig} config
 */
function isUnchanged(config) {
  const { apiReportChanged, errorCount } = Extractor.invoke(config, {
    compilerState,
    localBuild: isUpdate,
    printApiReportDiff: !isUpdate,
    messageCallback(message) {
      if (message.category !== 'console') return
      message.handled = true
      if (message.messageId === ConsoleMessageId.ApiReportDiff) console.log(message.text.replaceAll(`${here}/`, ''))
    },
  })
  if (errorCount > 0) process.exitCode = 1
  return !apiReportChanged
}

/** The packages of a Socket.IO server that read what clients send, and the oldest version of each without a known hole. */
export const floors = {
  'socket.io': { version: '4.6.2', hole: 'CVE-2024-38355' },
  'socket.io-parser': { version: '4.2.7', hole: 'CVE-2026-69185' },
  'engine.io': { version: '6.4.2', hole: 'CVE-2023-31125' },
  ws: { version: '8.21.0', hole: 'CVE-2026-48779' },
} as const
type Name = keyof typeof floors

/** Which package each of them is a dependency of; `socket.io` is one of the app. */
const dependentOf = { 'socket.io-parser': 'socket.io', 'engine.io': 'socket.io', ws: 'engine.io' } as const

interface Installed {
  readonly version: string
  readonly file: string
}

/** A sentence for each package with a known hole. */
export function outdated(versions: Partial<Record<Name, string>>): string[] {
  return Object.entries(floors).flatMap(([name, { version, hole }]) => {
    const installed = versions[name as Name]
    if (installed === undefined || compare(installed, version) >= 0) return []
    return [`${name} ${installed} has a known hole (${hole}): update it to ${version} or later`]
  })
}

/**
 * The versions that `createRooms` runs with, as far as they can be found from the app's main file: not in a bundle, and not in a
 * browser. Without `import.meta`, which Jest's transforms to CommonJS cannot read.
 */
export function installedVersions(from: string = globalThis.process?.argv?.[1] ?? ''): Partial<Record<Name, string>> {
  const installed: Partial<Record<Name, Installed>> = {}
  for (const name of Object.keys(floors) as Name[]) {
    const place = name === 'socket.io' ? from : installed[dependentOf[name]]?.file
    const found = place === undefined ? undefined : find(name, place)
    if (found !== undefined) installed[name] = found
  }
  return Object.fromEntries(Object.entries(installed).map(([name, { version }]) => [name, version]))
}

let isChecked = false

/** Warns once in a process of versions with known holes. */
export function warnOutdated(versions: Partial<Record<Name, string>> = installedVersions()): void {
  if (isChecked) return
  isChecked = true
  // oxlint-disable-next-line no-console -- for the operator of the server, at its start
  for (const sentence of outdated(versions)) console.warn(`roomful: ${sentence}`)
}

/** Its `package.json`, which the package need not export. */
function find(name: string, from: string): Installed | undefined {
  // In a browser, where @roomful/testing runs a server, there are no such modules.
  const { createRequire } = globalThis.process?.getBuiltinModule?.('node:module') ?? {}
  const fs = globalThis.process?.getBuiltinModule?.('node:fs')
  if (createRequire === undefined || fs === undefined || !/^(?:file:|\/|[a-z]:[\\/])/i.test(from)) return undefined
  for (const folder of createRequire(from).resolve.paths(name) ?? []) {
    const file = `${folder}/${name}/package.json`
    if (!fs.existsSync(file)) continue
    const { version } = JSON.parse(fs.readFileSync(file, 'utf8')) as { version?: unknown }
    return typeof version === 'string' ? { version, file: fs.realpathSync(file) } : undefined
  }
  return undefined
}

/** Like `Array.prototype.sort` wants it; of a pre-release only the numbers count. */
function compare(one: string, other: string): number {
  const [left = [], right = []] = [one, other].map((version) => version.split(/[.+-]/).slice(0, 3).map(Number))
  const index = left.findIndex((number, at) => number !== right[at])
  return index === -1 ? 0 : (left[index] ?? 0) - (right[index] ?? 0)
}

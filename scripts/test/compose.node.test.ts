import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { readEnvironment } from '../../apps/server/src/environment.ts'

// Docker is not needed: the files are parsed, and compared with what they use.

interface Service {
  readonly image?: string
  readonly build?: { readonly target: string }
  readonly command?: string
  readonly environment?: Readonly<Record<string, string>>
  readonly healthcheck?: object
  readonly volumes?: readonly string[]
  readonly networks?: readonly string[]
  readonly ports?: readonly string[]
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, unknown>>
  readonly networks?: Readonly<Record<string, unknown>>
}

const root = join(import.meta.dirname, '../..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const readCompose = (file: string): Compose => parse(read(file), { merge: true }) as Compose

/** The instructions of a stage of the Dockerfile. */
function stageOf(target: string): string {
  const stages = read('Dockerfile').split(/^FROM /m)
  const stage = stages.find((text) => new RegExp(`^\\S+ AS ${target}$`, 'm').test(text))
  if (stage === undefined) throw new Error(`the Dockerfile has no stage ${target}`)
  return stage
}

/** As Compose replaces them where the variables are not set. */
const withDefaults = (environment: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, value.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1')]),
  )

const files = ['compose.yaml', 'compose.single.yaml']

test.each(files)('%s builds stages of the Dockerfile, and names only what it has', (file) => {
  const { services, volumes, networks = {} } = readCompose(file)
  for (const service of Object.values(services)) {
    const stage = service.build && stageOf(service.build.target)
    expect(stage ?? service.image).toBeDefined()
    for (const volume of service.volumes ?? []) expect(Object.keys(volumes)).toContain(volume.split(':')[0])
    for (const network of service.networks ?? []) expect(['default', ...Object.keys(networks)]).toContain(network)
    for (const [name, { condition }] of Object.entries(service.depends_on ?? {})) {
      const { build, healthcheck } = services[name] ?? {}
      expect(condition).toBe('service_healthy')
      expect(healthcheck ?? (build && stageOf(build.target)), `${name} has a check`).toEqual(
        healthcheck ?? expect.stringContaining('HEALTHCHECK'),
      )
    }
  }
})

test.each(files)('%s gives its servers variables that they accept, and Caddy their addresses', (file) => {
  const { services } = readCompose(file)
  const servers = Object.entries(services).filter(([, { build }]) => build?.target === 'server')
  const [, port] = /^EXPOSE (\d+)/m.exec(stageOf('server')) ?? []
  const inCaddyfile = /reverse_proxy \{\$SERVERS:(\S+)\}/.exec(read('deploy/Caddyfile'))?.[1]
  const upstreams = services['web']?.environment?.['SERVERS'] ?? inCaddyfile
  expect(upstreams?.split(' ')).toEqual(servers.map(([name]) => `${name}:${port}`))
  for (const [, { environment }] of servers) {
    const { origins, trustProxy } = readEnvironment(withDefaults(environment))
    expect({ origins, trustProxy }).toEqual({ origins: ['https://localhost'], trustProxy: 1 })
  }
})

test('compose.yaml has three nodes that share a signing key and a Valkey which only they reach', () => {
  const { services, networks } = readCompose('compose.yaml')
  const nodes = ['node1', 'node2', 'node3'].map((name) => services[name])
  for (const node of nodes) {
    const { redis } = readEnvironment(withDefaults(node?.environment))
    expect(redis?.url).toBe('redis://valkey:6379')
    expect(node).toMatchObject({ volumes: ['data:/data'], depends_on: { valkey: { condition: 'service_healthy' } } })
  }
  expect(networks).toEqual({ store: { internal: true } })
  const inStore = Object.entries(services).filter(([, { networks: names }]) => names?.includes('store'))
  expect(inStore.map(([name]) => name).toSorted()).toEqual(['node1', 'node2', 'node3', 'valkey'])
  expect(services['valkey']).not.toHaveProperty('ports')
})

test('Valkey keeps messages on the disk, and deletes none when its memory is full', () => {
  const { command, volumes, image } = readCompose('compose.yaml').services['valkey'] ?? {}
  expect(image).toMatch(/^valkey\/valkey:/)
  expect(command).toContain('--appendonly yes')
  expect(command).toContain('--maxmemory-policy noeviction')
  expect(volumes).toEqual(['messages:/data'])
})

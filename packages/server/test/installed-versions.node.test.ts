import { mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { floors, installedVersions, outdated } from '../src/installed-versions.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

describe('versions with known holes', () => {
  test('SEC32 a version below a floor has a sentence with the hole and the version to install; others have none', () => {
    const floorOf = Object.fromEntries(Object.entries(floors).map(([name, { version }]) => [name, version]))
    expect(outdated(floorOf)).toEqual([])
    expect(outdated({})).toEqual([])
    expect(outdated({ 'socket.io': '4.10.0', ws: '9.0.0-beta.1', 'engine.io': '10.0.0' })).toEqual([])
    expect(outdated({ 'socket.io': '4.6.1', 'socket.io-parser': '4.2.6', 'engine.io': '6.4.1', ws: '8.20.9' })).toEqual(
      [
        'socket.io 4.6.1 has a known hole (CVE-2024-38355): update it to 4.6.2 or later',
        'socket.io-parser 4.2.6 has a known hole (CVE-2026-69185): update it to 4.2.7 or later',
        'engine.io 6.4.1 has a known hole (CVE-2023-31125): update it to 6.4.2 or later',
        'ws 8.20.9 has a known hole (CVE-2026-48779): update it to 8.21.0 or later',
      ],
    )
    expect(outdated({ ws: '8.9.0' })).toHaveLength(1)
    expect(outdated({ ws: '7.5.10' })).toHaveLength(1)
  })

  test('SEC32 the installed versions are those that Socket.IO itself loads, also where a package is installed twice', async () => {
    const folder = temporaryFolder()
    const versions = {
      'node_modules/socket.io': '4.8.4',
      'node_modules/ws': '8.99.0', // the app's own
      'node_modules/engine.io': '6.6.12',
      'node_modules/engine.io/node_modules/ws': '8.17.1',
      'node_modules/socket.io/node_modules/socket.io-parser': '4.2.4',
    }
    for (const [place, version] of Object.entries(versions)) {
      await mkdir(join(folder, place), { recursive: true })
      await writeFile(join(folder, place, 'package.json'), JSON.stringify({ version }))
    }
    const installed = installedVersions(join(folder, 'app.js'))
    expect(installed).toEqual({
      'socket.io': '4.8.4',
      'socket.io-parser': '4.2.4',
      'engine.io': '6.6.12',
      ws: '8.17.1',
    })
    expect(outdated(installed)).toHaveLength(2)
    expect(installedVersions(join(folder, 'node_modules/socket.io/none/app.js'))).toMatchObject({ ws: '8.17.1' })
    for (const unknown of ['https://chat.example/app.js', 'blob:x', 'app.js'])
      expect(installedVersions(unknown)).toEqual({})
  })

  test('SEC32 the versions of this repository are found, and have no known hole', () => {
    const installed = installedVersions()
    expect(Object.keys(installed).toSorted()).toEqual(Object.keys(floors).toSorted())
    const { version } = createRequire(import.meta.url)('socket.io/package.json') as { version: string }
    expect(installed['socket.io']).toBe(version)
    expect(outdated(installed)).toEqual([])
  })

  test('SEC32 createRooms warns of them once in a process', async () => {
    vi.resetModules()
    const { warnOutdated } = await import('../src/installed-versions.ts')
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    for (let time = 0; time < 2; time += 1) warnOutdated({ ws: '8.17.1', 'engine.io': '6.6.12' })
    expect(warn.mock.calls).toEqual([
      ['roomful: ws 8.17.1 has a known hole (CVE-2026-48779): update it to 8.21.0 or later'],
    ])
    warn.mockRestore()
  })
})

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { addressOf, connect, postSession, signIn, startProcess, startTestServer, temporaryFolder } from './support.ts'

const environment = async () => ({ PORT: '0', DATA_DIR: await temporaryFolder() })

describe('the process', () => {
  it('prints its address in one line and answers there', async () => {
    const url = await addressOf(startProcess(await environment()))
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('stops cleanly on %s, also with connected clients', async (signal) => {
    const server = startProcess(await environment())
    const url = await addressOf(server)
    const { token } = await signIn(url, 'Ann')
    const socket = await connect(url, { token })
    const disconnected = new Promise((resolve) => socket.once('disconnect', resolve))
    server.kill(signal)
    expect(await server.exited).toEqual({ code: 0, stdout: `listening on ${url}\n`, stderr: '' })
    await disconnected
  })

  it('accepts tokens from before a restart', async () => {
    const kept = await environment()
    const first = startProcess(kept)
    const { token, user } = await signIn(await addressOf(first), 'Ann')
    first.kill('SIGTERM')
    await first.exited
    const response = await postSession(await addressOf(startProcess(kept)), { token })
    expect(await response.json()).toMatchObject({ user })
  })
})

describe('a failed start', () => {
  it('names the invalid variable and exits with 1', async () => {
    const { exited } = startProcess({ ...(await environment()), PORT: 'eighty' })
    const stderr = 'PORT is "eighty": expected a whole number from 0 (any free port) to 65535\n'
    expect(await exited).toEqual({ code: 1, stdout: '', stderr })
  })

  it('says that the port is in use and exits with 1', async () => {
    const { port } = await startTestServer()
    const { exited } = startProcess({ ...(await environment()), PORT: String(port) })
    const stderr = `port ${port} of 127.0.0.1 is in use: set PORT to another port, or to 0 for any free port\n`
    expect(await exited).toEqual({ code: 1, stdout: '', stderr })
  })

  it('says that the file of the messages is not a database and exits with 1', async () => {
    const kept = await environment()
    const file = join(kept.DATA_DIR, 'rooms.db')
    await writeFile(file, 'short')
    const stderr = `the log ${file} cannot be used: it is not a SQLite database\n`
    expect(await startProcess(kept).exited).toEqual({ code: 1, stdout: '', stderr })
  })

  it('says that another server uses the file of the messages and exits with 1', async () => {
    const dataDir = await temporaryFolder()
    await startTestServer({ dataDir })
    const stderr = `the log ${join(dataDir, 'rooms.db')} cannot be used: it is in use by another process: one at a time may have it\n`
    expect(await startProcess({ PORT: '0', DATA_DIR: dataDir }).exited).toEqual({ code: 1, stdout: '', stderr })
  })

  it('says that the signing key is invalid and exits with 1', async () => {
    const kept = await environment()
    await writeFile(join(kept.DATA_DIR, 'session.key'), 'short')
    const { code, stdout, stderr } = await startProcess(kept).exited
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^the signing key .*session\.key cannot be used: it has 5 bytes, expected 32[^\n]*\n$/)
  })
})

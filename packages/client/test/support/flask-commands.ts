import type { BrowserCommand } from 'vitest/node'
import { acksScript, flaskMissing, startFlask, tutorialScript } from './start-flask.ts'
import type { ProcessServer } from './start-process.ts'

// Commands of browser tests, which run in Node: Flask servers by key.
const running = new Map<string, ProcessServer>()

const start: BrowserCommand<[script: 'tutorial' | 'acks']> = async (_context, script) => {
  const server = await startFlask(script === 'tutorial' ? tutorialScript : acksScript)
  running.set(server.url, server)
  return { url: server.url, key: server.url }
}
const restart: BrowserCommand<[key: string]> = async (_context, key) => running.get(key)?.restart()
const stop: BrowserCommand<[key: string]> = async (_context, key) => {
  await running.get(key)?.stop()
  running.delete(key)
}

export const flaskCommands = {
  flaskMissing: () => flaskMissing() ?? '',
  startFlask: start,
  restartFlask: restart,
  stopFlask: stop,
}

declare module 'vitest/browser' {
  interface BrowserCommands {
    flaskMissing: () => Promise<string>
    startFlask: (script: 'tutorial' | 'acks') => Promise<{ url: string; key: string }>
    restartFlask: (key: string) => Promise<void>
    stopFlask: (key: string) => Promise<void>
  }
}

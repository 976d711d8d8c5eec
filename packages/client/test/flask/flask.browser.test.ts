import { describe } from 'vitest'
import { commands } from 'vitest/browser'
import { flaskSuite } from './flask-suite.ts'

describe.skipIf(await commands.flaskMissing())('Flask-SocketIO, from Chromium', () => {
  flaskSuite(async (script) => {
    const { url, key } = await commands.startFlask(script)
    return { url, restart: () => commands.restartFlask(key), stop: () => commands.stopFlask(key) }
  })
})

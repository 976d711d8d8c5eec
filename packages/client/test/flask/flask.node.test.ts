import { describe } from 'vitest'
import { acksScript, flaskMissing, startFlask, tutorialScript } from '../support/start-flask.ts'
import { flaskSuite } from './flask-suite.ts'

describe.skipIf(flaskMissing())('Flask-SocketIO, from Node', () => {
  flaskSuite((script) => startFlask(script === 'tutorial' ? tutorialScript : acksScript))
})

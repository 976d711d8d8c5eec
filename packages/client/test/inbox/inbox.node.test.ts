import { describe } from 'vitest'
import { inboxSuite } from './inbox-suite.ts'

describe('client.inbox, in Node', () => {
  inboxSuite()
})

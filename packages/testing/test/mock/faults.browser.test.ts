import { describe } from 'vitest'
import { testLineFaults } from './line-fault-tests.ts'
import { testPacketFaults } from './packet-fault-tests.ts'

testPacketFaults()
describe.each(['websocket', 'polling'])('%s', (transport) => {
  testLineFaults([transport])
})

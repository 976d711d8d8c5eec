import { describe } from 'vitest'
import { testConnectionFaults } from './connection-fault-tests.ts'
import { testPacketFaults } from './packet-fault-tests.ts'

/** All faults, the same in Node, in jsdom and in a browser. */
export function testFaults(): void {
  testPacketFaults()
  describe.each(['websocket', 'polling'])('%s', (transport) => {
    testConnectionFaults([transport])
  })
}

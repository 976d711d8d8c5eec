import { playOverMsw } from './msw-in-node.ts'

await playOverMsw()

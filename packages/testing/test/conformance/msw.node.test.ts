import { testOverMsw } from './over-msw.ts'

await testOverMsw()

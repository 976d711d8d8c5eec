import { testRoomful } from './roomful-tests.ts'

testRoomful()

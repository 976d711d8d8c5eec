import { testAnyApp } from './any-app-tests.ts'

testAnyApp()

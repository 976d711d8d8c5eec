import { testUnchangedApp } from './unchanged-app-tests.ts'

testUnchangedApp()

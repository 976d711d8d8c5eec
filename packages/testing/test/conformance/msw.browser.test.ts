import { testInPage } from './in-page.ts'

testInPage()

import { testFlask } from './flask-tests.ts'

testFlask()

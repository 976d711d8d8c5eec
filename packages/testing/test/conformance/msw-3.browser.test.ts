import { playInPage } from './pages.ts'

playInPage()

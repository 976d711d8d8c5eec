import { serverInPage } from '@roomful/testing/vite'
import { defineConfig } from 'vite'

export default defineConfig({ plugins: [serverInPage()] })

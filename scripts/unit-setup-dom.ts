import { configure } from '@testing-library/react'

// Unit tests share modules: without this, what one file configures would stay for the files after it.
configure({ reactStrictMode: false, asyncUtilTimeout: 20_000 })

"""The portal for trying out: `script/demo`. Nothing here runs, or has an address, unless `DEMO` is set."""

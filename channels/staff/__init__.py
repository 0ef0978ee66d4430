"""The staff API: what caseworkers do, over HTTP (contract §4)."""

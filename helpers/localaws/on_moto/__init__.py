"""What is built on moto: who answers a request, and where moto differs from AWS, mended."""

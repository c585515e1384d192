-- wrk's script for a JSON POST; the body and the credential come from the environment.
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.headers["authorization"] = os.getenv("AUTHORIZATION")
wrk.body = os.getenv("BODY")

def test_styleguide_is_shown_in_development(settings, rita, sign_in):
    settings.DEVELOPMENT = True
    response = sign_in(rita).get("/styleguide")
    assert response.status_code == 200
    assert "Add candidate" in response.content.decode()


def test_styleguide_does_not_exist_in_production(settings, rita, sign_in):
    settings.DEVELOPMENT = False
    assert sign_in(rita).get("/styleguide").status_code == 404
